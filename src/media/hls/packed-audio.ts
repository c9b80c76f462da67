import type { MediaPacket } from "./media-packet.ts";

const OWNER = "com.apple.streaming.transportStreamTimestamp\0";

/**
 * A segment of packed audio (RFC 8216, 3.4): an ID3 tag with the first frame's time, and the frames as they are, in
 * pieces. @param timescale of the packets' times
 */
export async function* packedOf(packets: AsyncIterable<MediaPacket>, timescale: number): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let isFirst = true;
  for await (const { at, data } of packets) {
    if (isFirst) waiting.push(timeTag(Math.max(0, Math.round((at * 90_000) / timescale))));
    isFirst = false;
    waiting.push(data);
    bytes += data.length;
    if (bytes < 32_768) continue;
    yield Buffer.concat(waiting);
    [waiting, bytes] = [[], 0];
  }
  if (waiting.length > 0) yield Buffer.concat(waiting);
}

/** An ID3v2.4 tag of one private frame: 33 bits of a clock of 90 kHz in eight bytes. */
function timeTag(at: number): Uint8Array {
  const contents = Buffer.alloc(OWNER.length + 8);
  contents.write(OWNER, "latin1");
  contents.writeBigUInt64BE(BigInt(at) % 2n ** 33n, OWNER.length);
  const frame = Buffer.concat([Buffer.from("PRIV"), syncSafe(contents.length), Buffer.alloc(2), contents]);
  return Buffer.concat([Buffer.from("ID3\x04\0\0", "latin1"), syncSafe(frame.length), frame]);
}

/** Four bytes of seven bits. */
const syncSafe = (value: number): Uint8Array =>
  Uint8Array.of((value >>> 21) & 127, (value >>> 14) & 127, (value >>> 7) & 127, value & 127);
