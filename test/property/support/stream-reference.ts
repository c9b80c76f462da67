import type { FetchMessage } from "../../../src/core/wire/stream/fetch-message.ts";
import type { FindMessage } from "../../../src/core/wire/stream/find-message.ts";

/**
 * Second decoders of the Cardume network's frames, written from the byte tables alone, as plainly as can be: a payload
 * is cut into fields, and the first one that is not there makes it rubbish. `null` stands for rubbish, `undefined` for
 * a type of a later version.
 */
class Rubbish extends Error {}

/** The fields of a payload in their order. */
class Fields {
  readonly #rest: Buffer;
  #at = 0;

  constructor(payload: Uint8Array) {
    this.#rest = Buffer.from(payload);
  }

  number(width: 1 | 2 | 4): number {
    return this.raw(width).readUIntBE(0, width);
  }

  size(): number {
    const value = this.raw(8).readBigUInt64BE();
    if (value >= 2n ** 53n) throw new Rubbish();
    return Number(value);
  }

  raw(count: number, most = Infinity): Buffer {
    if (count > most || this.#at + count > this.#rest.length) throw new Rubbish();
    this.#at += count;
    return this.#rest.subarray(this.#at - count, this.#at);
  }

  bytes(count: number, most?: number): Uint8Array {
    return new Uint8Array(this.raw(count, most));
  }

  rest(most?: number): Uint8Array {
    return this.bytes(this.#rest.length - this.#at, most);
  }

  end(): void {
    if (this.#at !== this.#rest.length) throw new Rubbish();
  }
}

/** UTF-8 as the platform reads it. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Rubbish();
  }
}

function times<Item>(count: number, most: number, read: () => Item): Item[] {
  if (count > most) throw new Rubbish();
  return Array.from({ length: count }, read);
}

/** Reads a whole payload. */
function whole<Message>(
  payload: Uint8Array,
  read: (fields: Fields) => Message | undefined,
): Message | null | undefined {
  const fields = new Fields(payload);
  try {
    const message = read(fields);
    if (message !== undefined) fields.end();
    return message;
  } catch (error) {
    if (error instanceof Rubbish) return null;
    throw error;
  }
}

const MOST_TITLE = 1020;

const readHello = (fields: Fields): FindMessage => ({
  type: "hello",
  version: fields.number(1),
  name: nameOf(fields.rest(MOST_TITLE)),
});

function readQuery(fields: Fields): FindMessage {
  const [queryId, ttlHops, kind] = [fields.bytes(16), fields.number(1), fields.number(1)];
  if (kind === 1) return { type: "query", queryId, ttlHops, wanted: { kind: "video", id: fields.bytes(32) } };
  const words = fields.rest(256);
  if (kind !== 2 || words.length === 0) throw new Rubbish();
  return { type: "query", queryId, ttlHops, wanted: { kind: "words", words: textOf(words) } };
}

function readChunkInfo(fields: Fields): FindMessage {
  const [queryId, record] = [fields.bytes(16), fields.bytes(fields.number(2), 2048)];
  const videos = times(fields.number(1), 16, () => {
    const [id, bytes, heldChunks] = [fields.bytes(32), fields.size(), fields.number(4)];
    return { id, bytes, heldChunks, title: textOf(fields.bytes(fields.number(2), MOST_TITLE)) };
  });
  if (record.length === 0 || videos.length === 0) throw new Rubbish();
  return { type: "chunk-info", queryId, record, videos };
}

const readPeers = (fields: Fields): FindMessage => ({
  type: "peers",
  records: times(fields.number(1), 8, () => fields.bytes(fields.number(2), 2048)),
});

const readDone = (fields: Fields): FindMessage => ({
  type: "done",
  queryId: fields.bytes(16),
  ttlHops: fields.number(1),
  flags: fields.number(1),
});

/** The find stream's tables. */
export const referenceFind = (type: number, payload: Uint8Array): FindMessage | null | undefined =>
  whole(payload, (fields) => [undefined, readHello, readQuery, readChunkInfo, readPeers, readDone][type]?.(fields));

function nameOf(bytes: Uint8Array): string {
  try {
    return textOf(bytes);
  } catch {
    return "";
  }
}

/** The fetch stream's tables, Responses apart. */
export const referenceFetch = (type: number, payload: Uint8Array): FetchMessage | null | undefined =>
  whole(payload, (fields): FetchMessage | undefined => {
    const next = (): number => fields.number(4);
    switch (type) {
      case 1: {
        const version = fields.number(1);
        const videos = times(fields.number(1), 16, () => ({ number: next(), id: fields.bytes(32) }));
        return { type: "hello", version, videos };
      }
      case 3: {
        const [number, bytes, firstChunk] = [next(), fields.size(), next()];
        return { type: "chunk-info", number, bytes, firstChunk, bitmap: fields.rest() };
      }
      case 4: {
        const [request, number, chunk, firstLeaf, leaves] = [next(), next(), next(), next(), next()];
        return { type: "get", request, number, chunk, firstLeaf, leaves, priority: fields.number(1) };
      }
      case 6:
        return { type: "cancel", request: next() };
      case 7:
        return { type: "get-manifest", request: next(), number: next() };
      case 8:
        return { type: "close", number: next() };
      case 9:
        return { type: "complaint", number: next(), chunk: next() };
      default:
        return undefined;
    }
  });

/** What a stream's bytes are to become: events in their order, and why it ends. */
export interface Told {
  readonly events: string[];
  readonly error?: "too-large" | "malformed" | "refused";
}

/** An event's text, for a frame, a Response's beginning, and bytes of its body. */
export const frameEvent = (type: number, payload: Uint8Array): string =>
  `frame ${type} ${Buffer.from(payload).toString("hex")}`;
export const beginsEvent = (request: number, status: string, proof: Uint8Array, bodyBytes: number): string =>
  `begins ${request} ${status} ${Buffer.from(proof).toString("hex")} ${bodyBytes}`;
export const bodyEvent = (bytes: Uint8Array): string => `body ${Buffer.from(bytes).toString("hex")}`;

/** Payload bytes of a Response: its head, sixteen hashes, 1 MiB. */
const MOST_RESPONSE = 6 + 32 * 16 + 1_048_576;
const STATUS = ["ok", "not-held", "refused"];

/**
 * Cuts a whole stream into its frames at once, from the byte table.
 * @param refuseAt the frame or Response that the sink refuses, counted from 0; it is told, and is the last
 */
export function referenceStream(stream: Uint8Array, isFetch: boolean, maxFrameBytes: number, refuseAt: number): Told {
  const bytes = Buffer.from(stream);
  const events: string[] = [];
  for (let at = 0, number = 0; at + 5 <= bytes.length; number++) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.readUInt8(at + 4);
    const isResponse = isFetch && type === 5;
    if (length > (isResponse ? MOST_RESPONSE : maxFrameBytes)) return { events, error: "too-large" };
    const payload = bytes.subarray(at + 5, at + 5 + length);
    const tell = isResponse ? tellResponse : tellFrame;
    const error = tell(payload, { type, length, events, isRefused: number === refuseAt });
    if (error === "unfinished") break;
    if (error !== undefined) return { events, error };
    at += 5 + length;
  }
  return { events };
}

/** A frame whose payload may not have come whole. */
interface Begun {
  readonly type: number;
  readonly length: number;
  readonly events: string[];
  readonly isRefused: boolean;
}

function tellFrame(payload: Buffer, { type, length, events, isRefused }: Begun): Told["error"] | "unfinished" {
  if (payload.length < length) return "unfinished";
  events.push(frameEvent(type, payload));
  return isRefused ? "refused" : undefined;
}

function tellResponse(payload: Buffer, { length, events, isRefused }: Begun): Told["error"] | "unfinished" {
  if (length < 6) return "malformed";
  if (payload.length < 6) return "unfinished";
  const [request, status, hashes] = [payload.readUInt32BE(0), STATUS[payload.readUInt8(4)], payload.readUInt8(5)];
  const bodyAt = 6 + 32 * hashes;
  if (status === undefined || hashes > 16 || bodyAt > length) return "malformed";
  if (status !== "ok" && length > 6) return "malformed";
  if (length - bodyAt > 1_048_576) return "too-large";
  if (payload.length < bodyAt) return "unfinished";
  events.push(beginsEvent(request, status, payload.subarray(6, bodyAt), length - bodyAt));
  if (isRefused) return "refused";
  if (payload.length > bodyAt) events.push(bodyEvent(payload.subarray(bodyAt)));
  if (payload.length < length) return "unfinished";
  events.push("ends");
  return undefined;
}
