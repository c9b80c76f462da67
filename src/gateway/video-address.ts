import { fromBase32, toBase32 } from "../core/content/base32.ts";
import { HASH_BYTES } from "../core/content/merkle.ts";
import { CardumeError } from "../core/errors.ts";
import { safeFileName } from "../store/export-name.ts";

/** The id in an address: 52 characters of base32, or 64 of hex. @throws CardumeError `video-unknown` (exit code 3) */
export function idInAddress(text: string): Uint8Array {
  if (/^[0-9a-f]{64}$/i.test(text)) return new Uint8Array(Buffer.from(text, "hex"));
  const id = text.length === 52 ? fromBase32(text) : undefined;
  if (id?.length === HASH_BYTES) return id;
  throw new CardumeError("video-unknown", "there is no id of a video in this address", { exitCode: 3 });
}

/** The path of a video's bytes. The name behind the id is for people and for players that go by endings. */
export const videoPath = (id: Uint8Array, name: string): string =>
  `/v/${toBase32(id)}/${encodeURIComponent(safeFileName(name))}`;

/** The path of a video's HLS playlist. */
export const playlistPath = (id: Uint8Array): string => `/v/${toBase32(id)}/hls/master.m3u8`;
