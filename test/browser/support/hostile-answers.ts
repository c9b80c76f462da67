import { fromBase32, toBase32 } from "../../../src/core/content/base32.ts";
import { videoPath } from "../../../src/gateway/video-address.ts";

/** The id of a video that stands for the text of this number. */
export const idOfNumber = (number: number): string => toBase32(bytesOf(number));

/** The number in such an id; -1 when there is none. */
export function numberOf(id: string): number {
  const bytes = fromBase32(id);
  return bytes?.length !== 32 ? -1 : Buffer.from(bytes).readUInt32BE(0);
}

function bytesOf(number: number): Buffer {
  const bytes = Buffer.alloc(32, 7);
  bytes.writeUInt32BE(number);
  return bytes;
}

/** A video of the library, every text of it this one. */
export const videoNamed = (text: string, number: number): object => ({
  ...{ id: idOfNumber(number), kind: "video", title: text, fileName: text, mediaType: text, durationMs: 1000 },
  ...{ bytes: 10, chunks: 1, held: 1, heldBytes: 10, addedAtMs: 0, state: text },
});

/** What a holder says that it has. */
export const foundNamed = (text: string, number: number): object => ({
  ...{ id: idOfNumber(number + 1_000_000), bytes: 5, title: text, heldChunks: 1, holder: text, name: text },
});

/** Texts that are shown in one view: one beside the other where there is one place, each by itself where there are many. */
export type Group = readonly string[];

/** The group as one text. */
export const joined = (group: Group): string => group.join(" ");

/** What is known of a video that nothing can play: a track for each text and kind. */
export function factsOf(id: string, group: Group): object {
  const text = joined(group);
  const track = (kind: string, one: string): object => ({
    ...{ kind, codec: one, codecString: one, language: one, title: one, isDefault: true },
    ...{ problem: one, width: null, height: null, channels: null },
  });
  const tracks = ["video", "audio", "subtitle"].flatMap((kind) => group.map((one) => track(kind, one)));
  return {
    ...{ id, title: text, fileName: text, mediaType: text, bytes: 10, chunks: 4, container: text, durationMs: 1000 },
    // The node makes the path itself, of the name that strangers gave.
    ...{ path: videoPath(fromBase32(id) as Uint8Array, text), playlist: `/v/${id}/hls/master.m3u8` },
    ...{ isDirect: false, problem: text, peers: 3, held: { bytes: 0, chunks: 0 } },
    tracks: tracks.map((one, index) => ({ number: index + 1, ...one })),
  };
}

/** The events of a shoal whose holders are called so, some of whom left because of that. */
export function shoalOf(group: Group): string {
  const holders = group.map((text, index) => ({
    ...{ peer: `${text} ${index}`, name: text, state: index % 2 === 0 ? "dropped" : "serving", reason: text },
    ...{ carrier: text, roundTripMs: 3, bytesPerSecond: 5, receivedBytes: 5, heldChunks: 1 },
  }));
  const news = {
    ...{ phase: joined(group), held: 1, bytesPerSecond: 1, holders, more: 1 },
    // Each is there twice: it sends now, and another of its name has sent before.
    ...{ peers: [...holders.map(({ peer }) => peer), ...group.map((text) => `${text} before`)] },
    names: [...group, ...group],
    ...{ came: [[0, 1, 0]], lost: [] },
  };
  const all = { chunks: 4, bytes: 10, chunkBytes: 3, held: [] };
  return `event: all\ndata: ${JSON.stringify(all)}\n\nevent: news\ndata: ${JSON.stringify(news)}\n\n`;
}

/** A fetch of the node's that has failed. */
export const jobNamed = (text: string, number: number): object => ({
  ...{
    id: idOfNumber(number),
    title: text,
    state: "failed",
    phase: text,
    bytes: 9,
    writtenBytes: 1,
    bytesPerSecond: 1,
  },
  ...{ leftMs: null, peers: 1, outcome: text, problem: text, begunAtMs: 0, nextTryAtMs: null },
});

/** An error whose every text is this one. */
export const problemNamed = (text: string): object => ({
  ...{ type: text, title: text, detail: text, code: text, status: 400, exitCode: 2 },
});
