import { HLS } from "../../core/limits.ts";

/** Text that is shown for a time. */
export interface Cue {
  /** In seconds from the beginning of the presentation. */
  readonly startS: number;
  readonly endS: number;
  /** Lines of text, no markup: what goes into a file has to be made harmless there. */
  readonly text: string;
}

/** Such as 00:01:02.345, 01:02.345 and 00:01:02,345. */
const TIME = "(?:(\\d{1,3}):)?(\\d{1,2}):(\\d{1,2})[.,](\\d{1,3})";
const TIMING = new RegExp(`^[ \\t]{0,16}${TIME}[ \\t]{0,16}-->[ \\t]{0,16}${TIME}(?:[ \\t].{0,200})?$`);

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/**
 * The cues of an SRT or WebVTT file, in any order, at most `HLS.maxCues`. All but times and text is passed over: headers,
 * numbers, styles, regions, notes, settings, tags. Never throws.
 */
export function readSubtitles(bytes: Uint8Array): Cue[] {
  const cues: Cue[] = [];
  const lines = linesOf(decode(bytes.subarray(0, HLS.maxSubtitleTextBytes)));
  for (let at = 0; at < lines.length && cues.length < HLS.maxCues; at++) {
    const timing = timingOf(lines[at] as string);
    if (timing === undefined) continue;
    const from = at + 1;
    while (at + 1 < lines.length && lines[at + 1] !== "" && !isTiming(lines[at + 1] as string)) at++;
    // Without an empty line before it, the number of the next cue would be a line of this one.
    const isCut = isTiming(lines[at + 1] ?? "") && /^\d{1,9}$/.test(lines[at] ?? "");
    const text = lines.slice(from, Math.min(isCut ? at : at + 1, from + HLS.maxCueLines));
    const cue = cueOf(timing.startS, timing.endS, plainText(text.join("\n")));
    if (cue !== undefined) cues.push(cue);
  }
  return cues;
}

/** UTF-8, or UTF-16 with its mark; what is neither is read as Windows-1252, as old files are written. */
function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    // A file that was cut to its cap may end within a character.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/).map((line) => (line.length > 4000 ? line.slice(0, 4000) : line).trimEnd());
}

const isTiming = (line: string): boolean => line.includes("-->");

function timingOf(line: string): { readonly startS: number; readonly endS: number } | undefined {
  const found = isTiming(line) && line.length <= 300 ? TIMING.exec(line) : null;
  if (found === null) return undefined;
  return { startS: secondsOf(found.slice(1, 5)), endS: secondsOf(found.slice(5, 9)) };
}

/** Hours, minutes, seconds and a fraction, as they were written. */
function secondsOf([hours, minutes, seconds, fraction]: readonly (string | undefined)[]): number {
  const whole = Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds);
  return whole + Number(fraction) / 10 ** (fraction ?? "").length;
}

/** A cue with text and a time to be shown; `undefined` for others. */
export function cueOf(startS: number, endS: number, text: string): Cue | undefined {
  const isTimed = Number.isFinite(startS) && Number.isFinite(endS) && endS > startS && startS >= 0;
  return isTimed && endS <= 3_600_000 && text !== "" ? { startS, endS, text } : undefined;
}

/** Text without tags of any kind, control characters and empty lines, cut to what a screen has room for. */
export function plainText(text: string): string {
  const untagged = text
    .slice(0, 8 * HLS.maxCueChars)
    .replace(/<[^<>\n]{0,200}>/g, "")
    .replace(/\{\\[^{}\n]{0,400}\}/g, "")
    .replace(/&(lt|gt|amp|nbsp|lrm|rlm|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? "")
    .replace(CONTROLS, "")
    .toWellFormed();
  const lines = untagged.split("\n").map((line) => line.trim());
  const kept = lines.filter((line) => line !== "").slice(0, HLS.maxCueLines);
  return [...kept.join("\n")].slice(0, HLS.maxCueChars).join("").trim();
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", nbsp: " ", quot: '"', "#39": "'" };

/** The text of an event of ASS or SSA as Matroska holds it: eight fields, then text with its own marks. */
export function assText(event: string): string {
  const fields = event.slice(0, 16 * HLS.maxCueChars).split(",");
  const text = fields.slice(8).join(",");
  // Vector drawings are numbers and letters that nobody wants to read.
  if (/\\p[1-9]/.test(text)) return "";
  return plainText(
    text
      .replace(/\{[^{}]{0,2000}\}/g, "")
      .replace(/\\[Nn]/g, "\n")
      .replace(/\\h/g, " "),
  );
}
