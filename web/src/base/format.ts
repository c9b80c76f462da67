const UNITS = ["kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Bytes for people, in thousands as disks are sold. */
export function formatBytes(bytes: number, language: string): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3) - 1);
  const value = bytes / 1000 ** (power + 1);
  const digits = value < 10 ? 1 : 0;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[power] ?? "megabyte",
    maximumFractionDigits: digits,
  }).format(value);
}

/** Bytes a second. */
export const formatRate = (bytesPerSecond: number, language: string): string =>
  `${formatBytes(bytesPerSecond, language)}/s`;

/** `1:02:03`, `4:05`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const padded = String(rest).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${padded}` : `${minutes}:${padded}`;
}

/** A part of something, in whole per cent: never all before it is all. */
export const percent = (part: number, whole: number): number =>
  whole <= 0 ? 0 : part >= whole ? 100 : Math.min(99, Math.floor((100 * part) / whole));

/** A language's name in the reader's language; the tag itself where it is none. */
export function languageName(tag: string, language: string): string {
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** A moment of this day, in ms since 1970, as people here write the time: the browser knows the country, too. */
export function formatMoment(atMs: number, language: string): string {
  const locale = navigator.languages.find((one) => one.startsWith(language)) ?? language;
  return new Date(atMs).toLocaleTimeString(locale, { hour: "numeric", minute: "2-digit" });
}
