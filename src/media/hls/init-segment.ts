import {
  type AudioCodec,
  BufferTarget,
  CmafOutputFormat,
  EncodedAudioPacketSource,
  type EncodedPacket,
  EncodedVideoPacketSource,
  type InputAudioTrack,
  type InputVideoTrack,
  NullTarget,
  Output,
  type VideoCodec,
} from "mediabunny";
import { boxAt, boxesIn } from "./boxes.ts";

/** The codecs that fit into a CMAF segment. */
export const CMAF_CODECS: ReadonlySet<string> = new Set(new CmafOutputFormat().getSupportedCodecs());

/** Places of boxes that say when a file was made: only the same init segment every time is cached well. */
const DATED: readonly (readonly string[])[] = [
  ["moov", "mvhd"],
  ["moov", "trak", "tkhd"],
  ["moov", "trak", "mdia", "mdhd"],
];

/**
 * A track's initialisation segment (`ftyp`, `moov`), made by mediabunny from its first packet; its track is number 1, its
 * times count in `timescale`. The same track gives the same bytes. @throws for what CMAF has no room for
 */
export async function initSegmentOf(
  track: InputVideoTrack | InputAudioTrack,
  first: EncodedPacket,
  timescale: number,
): Promise<Uint8Array> {
  const target = new BufferTarget();
  const output = new Output({ format: new CmafOutputFormat(), target: new NullTarget(), initTarget: target });
  // Times below zero are not for it, and its own times are not used.
  const packet = first.clone({ timestamp: 0 });
  if (track.isVideoTrack()) {
    const source = new EncodedVideoPacketSource((await track.getCodec()) as VideoCodec);
    output.addVideoTrack(source, { rotation: await track.getRotation() });
    const decoderConfig = await track.getDecoderConfig();
    await output.start();
    await source.add(packet, decoderConfig === null ? undefined : { decoderConfig });
  } else {
    const source = new EncodedAudioPacketSource((await track.getCodec()) as AudioCodec);
    output.addAudioTrack(source);
    const decoderConfig = await track.getDecoderConfig();
    await output.start();
    await source.add(packet, decoderConfig === null ? undefined : { decoderConfig });
  }
  await output.finalize();
  if (target.buffer === null) throw new Error("no initialisation segment was made");
  return finished(new Uint8Array(target.buffer), timescale);
}

/** Without the time at which it was made, and in our timescale. */
function finished(bytes: Uint8Array, timescale: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const path of DATED) {
    const found = boxAt(bytes, path);
    if (found === undefined) throw new Error(`an initialisation segment without ${path.at(-1)}`);
    // A version and flags, then when it was made and changed: four bytes each, eight in version 1.
    const isLong = bytes[found.start] === 1;
    bytes.fill(0, found.start + 4, found.start + 4 + (isLong ? 16 : 8));
    if (found.type === "mdhd") view.setUint32(found.start + (isLong ? 20 : 12), timescale);
  }
  const trackHead = boxAt(bytes, ["moov", "trak", "tkhd"]);
  const id = trackHead && view.getUint32(trackHead.start + (bytes[trackHead.start] === 1 ? 20 : 12));
  if (id !== 1) throw new Error("the track of an initialisation segment is not number 1");
  // What mediabunny may have put behind it is no part of it.
  const end = [...boxesIn(bytes)].find(({ type }) => type === "moov")?.end ?? bytes.length;
  return bytes.subarray(0, end);
}
