import { fromBase32, toBase32 } from "../core/content/base32.ts";
import { labelOf } from "../core/content/label.ts";
import { isLinkProblem, parseLink } from "../core/content/link.ts";
import { CardumeError } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import { sha256 } from "../runtime/crypto.ts";
import type { Catalogue, VideoRow } from "./catalogue.ts";

const MIN_PREFIX_CHARS = 8;
const HEX_CHARS = 64;
const BASE32_CHARS = 52;

/**
 * The video that a person means: by its id in hex or base32, the first 8 or more characters of one, its exact title, or
 * a link.
 * @throws CardumeError `video-unknown` (exit code 3); `video-ambiguous` and `link-…` (2)
 */
export async function findVideo(catalogue: Catalogue, text: string): Promise<VideoRow> {
  const candidates = await candidatesFor(catalogue, text.trim());
  const [first, second] = candidates;
  if (first === undefined) throw unknown(text.trim());
  if (second === undefined) return first;
  const shown = candidates
    .slice(0, STORE.maxCandidates)
    .map(({ id, title, fileName, bytes }) => `  ${toBase32(id).slice(0, 16)}  ${title}  (${fileName}, ${bytes} bytes)`);
  if (candidates.length > shown.length) shown.push("  and more");
  throw new CardumeError(
    "video-ambiguous",
    `"${labelOf(text)}" may be any of these: give more of an id\n${shown.join("\n")}`,
  );
}

function unknown(text: string): CardumeError {
  const isShort = text.length < MIN_PREFIX_CHARS && /^[a-z0-9]+$/i.test(text);
  const advice = isShort ? `of an id, ${MIN_PREFIX_CHARS} characters are needed` : "cardume ls shows what there is";
  return new CardumeError("video-unknown", `no video "${labelOf(text)}" in this library: ${advice}`, { exitCode: 3 });
}

async function candidatesFor(catalogue: Catalogue, text: string): Promise<VideoRow[]> {
  if (/^["'<(]*cardume:/i.test(text)) return byLink(catalogue, text);
  const most = STORE.maxCandidates + 1;
  const found = [
    ...(await byIdPrefix(catalogue, text.toLowerCase(), most)),
    ...(await catalogue.byTitle(labelOf(text), most)),
  ];
  const byId = new Map(found.map((row) => [toBase32(row.id), row]));
  return [...byId.values()].slice(0, most);
}

async function byLink(catalogue: Catalogue, text: string): Promise<VideoRow[]> {
  const link = parseLink(text, sha256);
  if (isLinkProblem(link)) throw new CardumeError(link.code, `this link cannot be used: ${link.problem}`);
  const row = await catalogue.get(link.id);
  return row === undefined ? [] : [row];
}

/** A text may be the beginning of an id in either alphabet: `2345abcd` is both. */
async function byIdPrefix(catalogue: Catalogue, text: string, most: number): Promise<VideoRow[]> {
  if (text.length < MIN_PREFIX_CHARS) return [];
  const hex = /^[0-9a-f]+$/.test(text) && text.length <= HEX_CHARS ? await catalogue.byPrefix(text, most) : [];
  return [...hex, ...(await byBase32Prefix(catalogue, text, most))];
}

async function byBase32Prefix(catalogue: Catalogue, text: string, most: number): Promise<VideoRow[]> {
  if (!/^[a-z2-7]+$/.test(text) || text.length > BASE32_CHARS) return [];
  // Eight characters are five bytes: the catalogue is asked for those, and the rest is compared here.
  const whole = fromBase32(text.slice(0, text.length - (text.length % MIN_PREFIX_CHARS)));
  if (whole === undefined) return [];
  const rows = await catalogue.byPrefix(Buffer.from(whole).toString("hex"), Number.MAX_SAFE_INTEGER);
  return rows.filter(({ id }) => toBase32(id).startsWith(text)).slice(0, most);
}
