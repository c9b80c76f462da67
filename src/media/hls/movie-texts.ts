import { HLS, VIDEO } from "../../core/limits.ts";
import type { MediaTrack } from "../playable-types.ts";
import type { Box } from "./boxes.ts";
import { attempt } from "./bunny-input.ts";
import type { MediaBytes } from "./media-bytes.ts";
import { type Sample, samplesOf } from "./movie-samples.ts";
import { type Cue, cueOf, plainText } from "./subtitle-cues.ts";

interface TextTrack {
  readonly track: MediaTrack;
  readonly samples: readonly Sample[];
}

/** Text tracks of an MP4 or MOV file (`tx3g`, 3GPP TS 26.245), which mediabunny passes over. */
export class MovieTexts {
  readonly tracks: readonly MediaTrack[];
  readonly #bytes: MediaBytes | undefined;
  readonly #texts: ReadonlyMap<number, TextTrack>;
  readonly #zeroS: number;

  private constructor(bytes: MediaBytes | undefined, texts: readonly TextTrack[], zeroS: number) {
    this.#bytes = bytes;
    this.#zeroS = zeroS;
    this.tracks = texts.map(({ track }) => track);
    this.#texts = new Map(texts.map((text) => [text.track.number, text]));
  }

  /**
   * Those of a file, numbered on from `after`. Never rejects: what cannot be read is not there.
   * @param bytes `undefined` for files of other kinds
   */
  static async find(bytes: MediaBytes | undefined, after: number, zeroS: number): Promise<MovieTexts> {
    const texts = bytes && (await attempt(() => findTexts(bytes, after)));
    return new MovieTexts(bytes, texts ?? [], zeroS);
  }

  /** What is shown in a span of time, in seconds of the presentation. */
  async cues(track: number, startS: number, endS: number): Promise<Cue[]> {
    const cues: Cue[] = [];
    for (const sample of this.#texts.get(track)?.samples ?? []) {
      const [from, to] = [sample.startS + this.#zeroS, sample.endS + this.#zeroS];
      if (from >= endS || to <= startS || cues.length >= HLS.maxCues) continue;
      const cue = cueOf(Math.max(0, from), to, await this.#text(sample));
      if (cue !== undefined) cues.push(cue);
    }
    return cues;
  }

  async #text({ start, bytes }: Sample): Promise<string> {
    // A sample is two bytes of length, the text, and boxes of style.
    if (this.#bytes === undefined || bytes <= 2 || bytes > HLS.cacheBlockBytes) return "";
    const data = await this.#bytes.read(start, start + bytes);
    const text = data.subarray(2, 2 + (((data[0] as number) << 8) | (data[1] as number)));
    const isUtf16 = text[0] === 0xfe && text[1] === 0xff;
    return plainText(new TextDecoder(isUtf16 ? "utf-16be" : "utf-8").decode(text).replace(/\r\n?/g, "\n"));
  }
}

async function findTexts(bytes: MediaBytes, after: number): Promise<TextTrack[]> {
  const movie = await boxOf(bytes, { start: 0, end: bytes.bytes }, "moov");
  const texts: TextTrack[] = [];
  if (movie === undefined) return texts;
  for await (const found of boxesOf(bytes, movie)) {
    if (found.type !== "trak" || texts.length >= VIDEO.maxTracks) continue;
    if (!(await isText(bytes, found))) continue;
    const samples = samplesOf(await bytes.read(found.start, found.end));
    if (samples !== undefined)
      texts.push({ samples: samples.list, track: trackOf(after + texts.length + 1, samples.language) });
  }
  return texts;
}

const trackOf = (number: number, language: string): MediaTrack => ({
  number,
  kind: "subtitle",
  codec: "tx3g",
  codecString: undefined,
  language,
  title: "",
  isDefault: false,
  problem: undefined,
});

/** By its handler, without reading the rest: the track of pictures may be some MiB of index. */
async function isText(bytes: MediaBytes, track: Box): Promise<boolean> {
  const media = await boxOf(bytes, track, "mdia");
  const handler = media && (await boxOf(bytes, media, "hdlr"));
  if (handler === undefined) return false;
  const head = await bytes.upTo(handler.start, handler.start + 12);
  return ["sbtl", "text", "subt"].includes(Buffer.from(head.subarray(8, 12)).toString("latin1"));
}

async function boxOf(bytes: MediaBytes, inside: Pick<Box, "start" | "end">, type: string): Promise<Box | undefined> {
  for await (const found of boxesOf(bytes, inside)) if (found.type === type) return found;
  return undefined;
}

/** The boxes in a part of a file, by their heads alone. */
async function* boxesOf(bytes: MediaBytes, { start, end }: Pick<Box, "start" | "end">): AsyncGenerator<Box> {
  for (let at = start, count = 0; at + 8 <= end && count < HLS.maxHeadElements; count++) {
    const head = await bytes.upTo(at, Math.min(end, at + 16));
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const short = view.getUint32(0);
    const headBytes = short === 1 ? 16 : 8;
    const size = short === 0 ? end - at : short === 1 && head.length === 16 ? Number(view.getBigUint64(8)) : short;
    if (size < headBytes || at + size > end) return;
    yield { type: Buffer.from(head.subarray(4, 8)).toString("latin1"), start: at + headBytes, end: at + size };
    at += size;
  }
}
