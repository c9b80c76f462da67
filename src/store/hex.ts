/** An id in hex, 64 lower-case digits: the name of a video's folder, and what its key is where a map needs a text. */
export const hexOf = (id: Uint8Array): string => Buffer.from(id).toString("hex");
