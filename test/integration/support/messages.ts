// The byte tables once more, by hand: a test that used the program's own encoder would agree with its mistakes.

const words = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, 2 * index);
  return bytes;
};

const ipBytes = (ip: string): Buffer => Buffer.from(ip.split(".").map(Number));

export const hello = (...ids: number[]): Buffer => words(1, ids.length, ...ids);

export const chunkInfo = (...ids: number[]): Buffer => words(3, ids.length, ...ids);

export const get = (...ids: number[]): Buffer => words(4, ids.length, ...ids);

/** `client` is `ip:port`. */
export function query(client: string, ttl: number, ...ids: number[]): Buffer {
  const [ip, port] = client.split(":") as [string, string];
  return Buffer.concat([words(2), ipBytes(ip), words(Number(port), ttl, ids.length, ...ids)]);
}

export const response = (id: number, chunk: Uint8Array): Buffer => Buffer.concat([words(5, id, chunk.length), chunk]);

export function reportQuery(client: string, ttl: number, ...ids: number[]): Buffer {
  const [ip, port] = client.split(":") as [string, string];
  const text = Buffer.alloc(20);
  text.write(ip, "ascii");
  return Buffer.concat([words(2), text, words(Number(port), ttl, ids.length, ...ids)]);
}

export function reportResponse(name: string, chunk: Uint8Array): Buffer {
  const bytes = Buffer.alloc(1128);
  bytes.writeUInt16BE(5, 0);
  bytes.write(name, 2, "ascii");
  bytes.writeUInt16BE(chunk.length, 102);
  bytes.set(chunk, 104);
  return bytes;
}

/** A message's type. */
export const typeOf = (bytes: Buffer): number => bytes.readUInt16BE(0);

/** The ids of a Hello, ChunkInfo or Get. */
export const idsOf = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.readUInt16BE(2) }, (_, index) => bytes.readUInt16BE(4 + 2 * index));
