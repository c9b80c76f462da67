import { VIDEO } from "../limits.ts";
import { fromBase32, toBase32 } from "./base32.ts";
import { sizeProblem } from "./geometry.ts";
import { labelOf } from "./label.ts";
import { HASH_BYTES, type Sha256 } from "./merkle.ts";

/**
 * Enough to find and check a video:
 * `cardume:<id, 52 base32 characters>?s=<bytes>&n=<name>&by=<publisher>&p=<peer address>…&c=<check>`, where the check
 * is the first 4 base32 characters of the SHA-256 of all that stands before `&c`. Everything but the id is a claim.
 */
export interface Link {
  /** The video's id, 32 bytes. */
  readonly id: Uint8Array;
  readonly bytes?: number;
  readonly name?: string;
  /** The publisher's Ed25519 public key, 32 bytes. */
  readonly publisher?: Uint8Array;
  /** Addresses of peers that may know of it, as they were printed. */
  readonly peers: readonly string[];
}

/** Why a text is no link. `link-truncated`: it was one, and a part is missing or changed. */
export interface LinkProblem {
  readonly code: "link-invalid" | "link-truncated";
  /** In words, for the person who pasted it. */
  readonly problem: string;
}

const CHECK_CHARS = 4;
const SCHEME = "cardume:";

/** The text of a link: ASCII, and nothing in it that a chat program would take for the end of it. */
export function formatLink(link: Link, sha256: Sha256): string {
  const fields: string[] = [];
  if (link.bytes !== undefined) fields.push(`s=${link.bytes}`);
  if (link.name !== undefined && labelOf(link.name) !== "") fields.push(`n=${escapeText(labelOf(link.name))}`);
  if (link.publisher !== undefined) fields.push(`by=${toBase32(link.publisher)}`);
  for (const peer of link.peers.slice(0, VIDEO.maxLinkPeers)) fields.push(`p=${escapeText(peer)}`);
  const text = `${SCHEME}${toBase32(link.id)}?${fields.join("&")}`;
  return `${text}&c=${checkOf(text, sha256)}`;
}

/**
 * Reads a link as people paste it: white space, quotes or brackets around it, `&amp;` for `&`, a full stop behind it.
 * Fields that are not known are passed over, so that a later version's links work.
 */
export function parseLink(text: string, sha256: Sha256): Link | LinkProblem {
  if (text.length > VIDEO.maxLinkChars) return invalid(`it is longer than ${VIDEO.maxLinkChars} characters`);
  const bare = text
    .trim()
    .replace(/^[<("'[]+/, "")
    .replaceAll("&amp;", "&");
  if (bare.slice(0, SCHEME.length).toLowerCase() !== SCHEME) return invalid(`it does not begin with ${SCHEME}`);
  const read = readChecked(bare, sha256);
  // Some programs break long lines: there is no white space in a link.
  return isLinkProblem(read) && /\s/.test(bare) ? readChecked(bare.replace(/\s+/g, ""), sha256) : read;
}

function readChecked(text: string, sha256: Sha256): Link | LinkProblem {
  const match = /^([^:]*:([^?&\s]*)(?:\?(\S*))?)&c=([a-z2-7]{4})(?![a-z2-7])/i.exec(text);
  if (match === null) return truncated("its end is missing: copy all of it, and in a terminal put it in quotes");
  const [, before, id, query, check] = match as unknown as [string, string, string, string | undefined, string];
  if (checkOf(before, sha256) !== check.toLowerCase())
    return truncated("a part of it is missing or changed: copy it again");
  const idBytes = fromBase32(id);
  if (idBytes?.length !== HASH_BYTES) return invalid("its id is not one");
  return readFields(idBytes, query ?? "");
}

/** Whether {@link parseLink} found a problem. */
export const isLinkProblem = (result: Link | LinkProblem): result is LinkProblem => "problem" in result;

type Fields = { -readonly [Key in keyof Link]: Link[Key] } & { peers: string[] };

/** What each field's value does to the link; the text returned is what is wrong with it. */
const FIELDS: Readonly<Record<string, (fields: Fields, value: string) => string | undefined>> = {
  s: (fields, value) => {
    if (!/^\d{1,16}$/.test(value)) return "its size is not a number of bytes";
    fields.bytes = Number(value);
    return sizeProblem(fields.bytes);
  },
  n: (fields, value) => {
    const name = labelOf(value);
    if (name !== "") fields.name = name;
    return undefined;
  },
  by: (fields, value) => {
    const publisher = fromBase32(value);
    if (publisher?.length !== HASH_BYTES) return "its publisher is not one";
    fields.publisher = publisher;
    return undefined;
  },
  p: (fields, value) => {
    if (fields.peers.length < VIDEO.maxLinkPeers && /^[\x21-\x7e]{1,256}$/.test(value)) fields.peers.push(value);
    return undefined;
  },
};

function readFields(id: Uint8Array, query: string): Link | LinkProblem {
  const fields: Fields = { id, peers: [] };
  for (const field of query.split("&")) {
    const equals = field.indexOf("=");
    const key = equals < 0 ? "" : field.slice(0, equals);
    if (!Object.hasOwn(FIELDS, key)) continue;
    const value = unescapeText(field.slice(equals + 1));
    const problem = value === undefined ? "it has a broken % sign in it" : FIELDS[key]?.(fields, value);
    if (problem !== undefined) return invalid(problem);
  }
  return fields;
}

/** The link is ASCII by then: every character is one byte. */
const checkOf = (text: string, sha256: Sha256): string =>
  toBase32(sha256(Uint8Array.from(text, (character) => character.charCodeAt(0)))).slice(0, CHECK_CHARS);

/** Percent-encoded, brackets, quotes and full stops too, since chat programs end a link there. */
const escapeText = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*.~_-]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

function unescapeText(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

const invalid = (problem: string): LinkProblem => ({ code: "link-invalid", problem });
const truncated = (problem: string): LinkProblem => ({ code: "link-truncated", problem });
