/** Bytes for a person: `999 B`, `1.2 MB` (powers of 1000, as disks and links are sold). */
export function formatBytes(bytes: number): string {
  let value = bytes;
  for (const unit of ["B", "kB", "MB", "GB"]) {
    if (value < 999.5 || unit === "GB")
      return `${unit === "B" || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${unit}`;
    value /= 1000;
  }
  return `${value} GB`;
}

/** A rate for a person, from bytes and ms. */
export const formatRate = (bytes: number, ms: number): string => `${formatBytes(ms > 0 ? (bytes / ms) * 1000 : 0)}/s`;

/** A duration for a person, from ms: `0.4 ms`, `12 ms`, `3.2 s`, `4 min 10 s`. */
export function formatDuration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${ms.toFixed(0)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
