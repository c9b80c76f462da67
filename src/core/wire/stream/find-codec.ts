import { NETWORK, VIDEO } from "../../limits.ts";
import { fromUtf8, toUtf8 } from "../../utf8.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import {
  FIND_TYPE,
  type FindChunkInfo,
  type FindDone,
  type FindHello,
  type FindMessage,
  type FindQuery,
  type FrameError,
  type HeldVideo,
  type Peers,
  QUERY_ID_BYTES,
  type Wanted,
} from "./find-message.ts";

const ID_BYTES = 32;
/** Characters of a label in UTF-8, at most. */
const LABEL_BYTES = 4 * VIDEO.maxLabelChars;
const MALFORMED: FrameError = { type: "frame-error", code: "malformed" };

/** A frame of a find stream. Lists and texts are within their caps: the caller has cut them. */
export function encodeFind(message: FindMessage): Uint8Array {
  switch (message.type) {
    case "hello":
      return new ByteWriter(FIND_TYPE.hello, 64).uint8(message.version).bytes(toUtf8(message.name)).frame();
    case "query":
      return encodeQuery(message);
    case "chunk-info":
      return encodeChunkInfo(message);
    case "peers":
      return encodePeers(message);
    case "done":
      return encodeDone(message);
  }
}

function encodeQuery({ queryId, ttlHops, wanted }: FindQuery): Uint8Array {
  const writer = new ByteWriter(FIND_TYPE.query, 64).bytes(queryId).uint8(ttlHops);
  if (wanted.kind === "video") return writer.uint8(1).bytes(wanted.id).frame();
  return writer.uint8(2).bytes(toUtf8(wanted.words)).frame();
}

function encodeChunkInfo({ queryId, record, videos }: FindChunkInfo): Uint8Array {
  const writer = new ByteWriter(FIND_TYPE.chunkInfo, 512).bytes(queryId).uint16(record.length).bytes(record);
  writer.uint8(videos.length);
  for (const { id, bytes, heldChunks, title } of videos) {
    const text = toUtf8(title);
    writer.bytes(id).uint64(bytes).uint32(heldChunks).uint16(text.length).bytes(text);
  }
  return writer.frame();
}

function encodePeers({ records }: Peers): Uint8Array {
  const writer = new ByteWriter(FIND_TYPE.peers, 1024).uint8(records.length);
  for (const record of records) writer.uint16(record.length).bytes(record);
  return writer.frame();
}

const encodeDone = ({ queryId, ttlHops, flags }: FindDone): Uint8Array =>
  new ByteWriter(FIND_TYPE.done, 32).bytes(queryId).uint8(ttlHops).uint8(flags).frame();

/**
 * What a frame of a find stream says, from its type and payload; `undefined` for a type of a later version, a
 * {@link FrameError} for one that is not as it has to be. Never throws; nothing is made before its count is checked.
 */
export function decodeFind(type: number, payload: Uint8Array): FindMessage | FrameError | undefined {
  const reader = new ByteReader(payload);
  const message = decodeByType(type, reader);
  return message === undefined || (reader.isWhole && isSound(message)) ? message : MALFORMED;
}

function decodeByType(type: number, reader: ByteReader): FindMessage | undefined {
  switch (type) {
    case FIND_TYPE.hello:
      return decodeHello(reader);
    case FIND_TYPE.query:
      return {
        type: "query",
        queryId: reader.bytes(QUERY_ID_BYTES),
        ttlHops: reader.uint8(),
        wanted: readWanted(reader),
      };
    case FIND_TYPE.chunkInfo:
      return decodeChunkInfo(reader);
    case FIND_TYPE.peers:
      return { type: "peers", records: readList(reader, NETWORK.maxPeersPerFrame, readRecord) };
    case FIND_TYPE.done:
      return { type: "done", queryId: reader.bytes(QUERY_ID_BYTES), ttlHops: reader.uint8(), flags: reader.uint8() };
    default:
      return undefined;
  }
}

/** A name that is no UTF-8 is none: it is only for people. */
function decodeHello(reader: ByteReader): FindHello {
  const version = reader.uint8();
  return { type: "hello", version, name: fromUtf8(reader.bytes(reader.left, LABEL_BYTES)) ?? "" };
}

function readWanted(reader: ByteReader): Wanted {
  const kind = reader.uint8();
  if (kind === 1) return { kind: "video", id: reader.bytes(ID_BYTES) };
  if (kind !== 2 || reader.left === 0) reader.bad();
  return { kind: "words", words: readText(reader, reader.left, NETWORK.maxQueryWordsBytes) };
}

function decodeChunkInfo(reader: ByteReader): FindChunkInfo {
  const queryId = reader.bytes(QUERY_ID_BYTES);
  return {
    type: "chunk-info",
    queryId,
    record: readRecord(reader),
    videos: readList(reader, NETWORK.maxVideosPerAnswer, readVideo),
  };
}

const readRecord = (reader: ByteReader): Uint8Array => reader.bytes(reader.uint16(), NETWORK.maxPeerRecordBytes);

const readVideo = (reader: ByteReader): HeldVideo => ({
  id: reader.bytes(ID_BYTES),
  bytes: reader.uint64(),
  heldChunks: reader.uint32(),
  title: readText(reader, reader.uint16(), LABEL_BYTES),
});

function readText(reader: ByteReader, count: number, most: number): string {
  const decoded = fromUtf8(reader.bytes(count, most));
  if (decoded === undefined) reader.bad();
  return decoded ?? "";
}

function readList<Item>(reader: ByteReader, most: number, read: (reader: ByteReader) => Item): Item[] {
  const count = reader.uint8();
  if (count > most) reader.bad();
  const items: Item[] = [];
  while (items.length < count && reader.isGood) items.push(read(reader));
  return items;
}

/** An answer without a record, or that holds nothing, is none. */
function isSound(message: FindMessage): boolean {
  if (message.type !== "chunk-info") return true;
  return message.record.length > 0 && message.videos.length > 0;
}
