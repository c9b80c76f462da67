import { QUERY_ID_BYTES, type Wanted } from "../wire/stream/find-message.ts";

/** Bytes as a text of as many characters: a cheap key for a map. */
export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let index = 0; index < bytes.length; index++) text += String.fromCharCode(bytes[index] as number);
  return text;
}

/**
 * What makes two questions the same: the query id and what is wanted. With the id alone, whoever sees a Query could
 * send another one under its id ahead of it, and everybody whom that reaches first would pass over the true one.
 */
export const questionKey = (idKey: string, wanted: Wanted): string =>
  wanted.kind === "video" ? `${idKey}v${textOf(wanted.id)}` : `${idKey}w${wanted.words}`;

/** The query id's part of a {@link questionKey}. */
export const idKeyOf = (key: string): string => key.slice(0, QUERY_ID_BYTES);
