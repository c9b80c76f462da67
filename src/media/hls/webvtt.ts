import type { Cue } from "./subtitle-cues.ts";

// Times in the segments of pictures and sound count from the same zero.
const HEAD = "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n";

/** Cues as a WebVTT file or segment: in the order of their times, text without markup, no settings. */
export function webVtt(cues: readonly Cue[]): Uint8Array {
  const inOrder = [...cues].sort((a, b) => a.startS - b.startS || a.endS - b.endS);
  const parts = inOrder.map(({ startS, endS, text }) => `\n${time(startS)} --> ${time(endS)}\n${escaped(text)}\n`);
  return new TextEncoder().encode(HEAD + parts.join(""));
}

/** So that it can be neither a tag nor a timing, nor end the cue. */
const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/\r/g, "\n")
    .replace(/\n{2,}/g, "\n")
    .replaceAll("\0", "");

function time(seconds: number): string {
  const ms = Math.max(0, Math.round(seconds * 1000));
  const part = (value: number, digits: number): string => String(value).padStart(digits, "0");
  const hours = Math.floor(ms / 3_600_000);
  const minutes = Math.floor(ms / 60_000) % 60;
  return `${part(hours, 2)}:${part(minutes, 2)}:${part(Math.floor(ms / 1000) % 60, 2)}.${part(ms % 1000, 3)}`;
}
