import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { labelOf } from "../core/content/label.ts";
import { STORE } from "../core/limits.ts";

const ANYBODY = "another process";

/** What this process tells others of itself while it has the library. */
export const holderNote = (what: string): string =>
  `${JSON.stringify({ pid: process.pid, what: labelOf(what, STORE.maxHolderChars), since: new Date().toISOString() })}\n`;

/** Who has the library, for a person, from the note that it left: "process 4711 (cardume add, since 14:02)". */
export async function holderOf(file: string): Promise<string> {
  try {
    return holderText(await readNote(file), new Date());
  } catch {
    return ANYBODY;
  }
}

/** The same, from a note's text, which may be anything. */
export function holderText(note: string, now: Date): string {
  const { pid, what, since } = fieldsOf(note);
  // A note outlives a process that was killed, until the next holder has written its own.
  if (typeof pid !== "number" || !isAlive(pid)) return ANYBODY;
  const label = typeof what === "string" ? labelOf(what, STORE.maxHolderChars) : "";
  const details = [label, sinceText(since, now)].filter((text) => text !== "").join(", ");
  return details === "" ? `process ${pid}` : `process ${pid} (${details})`;
}

function fieldsOf(note: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(note)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A time as people of this place write it, with its day when that is not today. */
function sinceText(since: unknown, now: Date): string {
  const date = new Date(typeof since === "string" && /^\d{4}-/.test(since) ? since : Number.NaN);
  if (Number.isNaN(date.getTime())) return "";
  const two = (number: number): string => String(number).padStart(2, "0");
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (date.toDateString() === now.toDateString()) return `since ${time}`;
  return `since ${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

async function readNote(file: string): Promise<string> {
  // Without waiting, should it be a pipe.
  const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const { buffer, bytesRead } = await handle.read(
      Buffer.alloc(STORE.maxHolderNoteBytes + 1),
      0,
      STORE.maxHolderNoteBytes + 1,
      0,
    );
    return bytesRead > STORE.maxHolderNoteBytes ? "" : buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}
