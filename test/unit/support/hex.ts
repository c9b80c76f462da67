/** The bytes of a dump such as `0001 0003 0001`. */
export const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ""), "hex"));

/** Bytes as one run of hexadecimal digits. */
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** A dump without its spaces, to be compared with {@link hexOf}. */
export const dump = (hex: string): string => hex.replace(/\s/g, "");
