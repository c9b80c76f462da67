import { generateKeyPairSync, hash, randomBytes, sign } from "node:crypto";

/** A certificate for a TLS server whose clients know it by its fingerprint alone. */
export interface Certificate {
  /** PEM. */
  readonly certificate: string;
  /** PKCS #8 in PEM; it never leaves the memory. */
  readonly key: string;
  /** SHA-256 of the certificate in DER, 32 bytes. */
  readonly fingerprint: Uint8Array;
}

/** DER, as far as one certificate needs it (X.690): contents shorter than 64 KiB. */
const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const UTF8_STRING = 0x0c;
const GENERALIZED_TIME = 0x18;
const EXPLICIT_0 = 0xa0;
/** `ecdsa-with-SHA256`, and `commonName`, as object identifiers. */
const ECDSA_WITH_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");
const COMMON_NAME = Buffer.from("0603550403", "hex");
const NOT_BEFORE = "20200101000000Z";
/** "No good expiry", as RFC 5280 writes it: the fingerprint is what counts, and it lasts as long as the process. */
const NOT_AFTER = "99991231235959Z";

/**
 * Makes a self-signed ECDSA P-256 certificate (X.509 v3, RFC 5280) and its key, in half a millisecond. By hand, since
 * it never varies: a package for it takes 150 ms to load.
 */
export function makeCertificate(): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const algorithm = der(SEQUENCE, ECDSA_WITH_SHA256);
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from("cardume")))));
  const serial = randomBytes(16);
  // Positive, and with no leading zeros.
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40;
  const validity = [NOT_BEFORE, NOT_AFTER].map((time) => der(GENERALIZED_TIME, Buffer.from(time)));
  const body = der(
    SEQUENCE,
    der(EXPLICIT_0, der(INTEGER, Uint8Array.of(2))),
    der(INTEGER, serial),
    algorithm,
    name,
    der(SEQUENCE, ...validity),
    name,
    publicKey.export({ format: "der", type: "spki" }),
  );
  const signature = sign("sha256", body, privateKey);
  const whole = der(SEQUENCE, body, algorithm, der(BIT_STRING, Uint8Array.of(0), signature));
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines(whole.toString("base64"))}-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    fingerprint: fingerprintOf(whole),
  };
}

/** The fingerprint of a certificate in DER: its SHA-256. */
export const fingerprintOf = (certificate: Uint8Array): Uint8Array => hash("sha256", certificate, "buffer");

/** One element: its tag, the length in as few bytes as can be, the contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  const { length } = body;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.from(head), body]);
}

const lines = (base64: string): string => base64.replaceAll(/.{1,64}/g, "$&\n");
