import { constants } from "node:crypto";
import type { SecureContextOptions } from "node:tls";

/**
 * What both sides of a direct socket insist on: TLS 1.3, the cipher that processors do in hardware first, and no
 * resumption, so that every socket shows its certificate.
 */
export const DIRECT_TLS: SecureContextOptions = {
  minVersion: "TLSv1.3",
  maxVersion: "TLSv1.3",
  ciphers: "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256",
  secureOptions: constants.SSL_OP_NO_TICKET,
};

/** The system asks after a silent other side once in this time. */
export const KEEP_ALIVE_MS = 30_000;
