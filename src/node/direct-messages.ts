import { ByteReader } from "../core/wire/stream/byte-reader.ts";

/** The libp2p protocol over which a direct carrier is agreed: the client opens a stream, the holder answers with one frame. */
export const DIRECT_PROTOCOL = "/cardume/direct/1";

/** SHA-256 of a certificate in DER. */
export const FINGERPRINT_BYTES = 32;
/** What a client shows first of all on a direct socket: as many random bytes. */
export const TOKEN_BYTES = 32;
/** The holder's first byte on a direct socket whose token was good. The fetch protocol begins behind it. */
export const WELCOME = 1;
/** The longest frame of {@link DIRECT_PROTOCOL}: a client reads no more. */
export const MAX_DIRECT_FRAME_BYTES: number = 1 + 2 + FINGERPRINT_BYTES + TOKEN_BYTES;

const VERSION = 1;

/** Where a holder takes a direct carrier, told to one client. The host is the libp2p connection's own remote address. */
export interface DirectOffer {
  readonly port: number;
  /** Of the certificate that the client has to see there: {@link FINGERPRINT_BYTES}. */
  readonly fingerprint: Uint8Array;
  /** Good for one socket, soon: {@link TOKEN_BYTES}. */
  readonly token: Uint8Array;
}

/** The holder has no direct carrier, or none now; or what came is no frame of this version. */
export type DirectRefusal = "refused" | "malformed";

/**
 * The holder's answer, after which it ends the stream. An offer: `0:1 version (1) · 1:2 port · 3:32 fingerprint · 35:32
 * token`; a refusal (`undefined`): `0:1 version (1) · 1:2 zero`. Big-endian.
 */
export function encodeDirectOffer(offer: DirectOffer | undefined): Uint8Array {
  const frame = new Uint8Array(offer === undefined ? 3 : MAX_DIRECT_FRAME_BYTES);
  frame[0] = VERSION;
  if (offer !== undefined) {
    new DataView(frame.buffer).setUint16(1, offer.port);
    frame.set(offer.fingerprint, 3);
    frame.set(offer.token, 3 + FINGERPRINT_BYTES);
  }
  return frame;
}

/** All that came on the stream until its end. Never throws. */
export function decodeDirectOffer(frame: Uint8Array): DirectOffer | DirectRefusal {
  const reader = new ByteReader(frame);
  if (reader.uint8() !== VERSION) return "malformed";
  const port = reader.uint16();
  if (port === 0) return reader.isWhole ? "refused" : "malformed";
  const offer = { port, fingerprint: reader.bytes(FINGERPRINT_BYTES), token: reader.bytes(TOKEN_BYTES) };
  return reader.isWhole ? offer : "malformed";
}
