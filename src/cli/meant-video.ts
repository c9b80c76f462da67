import { fromBase32, toBase32 } from "../core/content/base32.ts";
import { labelOf } from "../core/content/label.ts";
import { isLinkProblem, type Link, parseLink } from "../core/content/link.ts";
import { CardumeError } from "../core/errors.ts";
import { STORE } from "../core/limits.ts";
import type { FoundVideo } from "../node/node-types.ts";
import { sha256 } from "../runtime/crypto.ts";
import { EXIT } from "./exit-code.ts";
import { formatBytes, formatCount } from "./format.ts";
import { titleText } from "./video-text.ts";

/** What a person means who wants a video from the network: one by its id, perhaps with a link, or words of a title. */
export type Meant =
  | { readonly id: Uint8Array; readonly link: Link | undefined }
  | { readonly id: undefined; readonly words: string };

const HEX_ID = /^[0-9a-f]{64}$/i;
const BASE32_ID = /^[a-z2-7]{52}$/i;

/** Reads LINK, ID or words. @throws CardumeError `link-invalid`, `link-truncated`, `words-missing` */
export function meantBy(text: string): Meant {
  const bare = text.trim();
  if (/^["'<(]*cardume:/i.test(bare)) {
    const link = parseLink(bare, sha256);
    if (isLinkProblem(link)) throw new CardumeError(link.code, `this link cannot be used: ${link.problem}`);
    return { id: link.id, link };
  }
  if (HEX_ID.test(bare)) return { id: new Uint8Array(Buffer.from(bare, "hex")), link: undefined };
  const id = BASE32_ID.test(bare) ? fromBase32(bare) : undefined;
  if (id !== undefined) return { id, link: undefined };
  if (labelOf(bare) === "") throw new CardumeError("words-missing", "name a video: by its link, its id or its title");
  return { id: undefined, words: bare };
}

/** One video, with what holders say of it. */
export interface FoundGroup {
  readonly id: Uint8Array;
  readonly title: string;
  readonly bytes: number;
  readonly holders: readonly FoundVideo[];
}

/** Answers by video, those with the most holders first; what most holders of one say of it is shown. */
export function groupsOf(found: readonly FoundVideo[]): FoundGroup[] {
  const byId = Map.groupBy(found, ({ id }) => toBase32(id));
  const groups = [...byId.values()].map((answers) => {
    // One holder may answer twice: its latest word counts.
    const holders = [...new Map(answers.map((one) => [one.holder, one])).values()];
    const [{ id } = { id: new Uint8Array() }] = holders;
    return {
      id,
      title: mostSaid(holders.map(({ title }) => title)),
      bytes: mostSaid(holders.map(({ bytes }) => bytes)),
      holders,
    };
  });
  return groups.sort((one, other) => other.holders.length - one.holders.length);
}

/** The value said most often; of several, the first. */
function mostSaid<Value>(values: readonly Value[]): Value {
  const counts = [...Map.groupBy(values, (value) => value)].map(([value, all]) => ({ value, times: all.length }));
  const most = Math.max(...counts.map(({ times }) => times));
  return (counts.find(({ times }) => times === most) as { value: Value }).value;
}

/** What a person may not know who has found nothing. */
export function whyNot(text: string, peers: number): string {
  if (peers === 0) return ": no other peer could be reached (--join names one)";
  const isPart = /^[a-z2-7]{8,51}$/i.test(text.trim()) && /\d/.test(text);
  return isPart ? ": of an id, the network has to be told all 52 characters" : "";
}

/** The one video that was found. `peers`: how many were asked. @throws CardumeError `video-unknown` (exit code 3), `video-ambiguous` (2) */
export function theOne(groups: readonly FoundGroup[], words: string, peers: number): FoundGroup {
  const [first, second] = groups;
  if (first === undefined)
    throw new CardumeError("video-unknown", `no video "${labelOf(words)}" was found${whyNot(words, peers)}`, {
      exitCode: EXIT.notFound,
    });
  if (second === undefined) return first;
  const shown = groups
    .slice(0, STORE.maxCandidates)
    .map(
      ({ id, title, bytes, holders }) =>
        `  ${toBase32(id)}  ${titleText(title)}  (${formatBytes(bytes)}, ${formatCount(holders.length, "holder")})`,
    );
  if (groups.length > shown.length) shown.push("  and more");
  throw new CardumeError(
    "video-ambiguous",
    `"${labelOf(words)}" may be any of these: name one by its id\n${shown.join("\n")}`,
  );
}
