// A BitTorrent peer that lies: `lying-seed.ts TORRENT FILE PORT`. It says that it has all of a v1 torrent, and answers each
// request with the file's bytes, of which one bit is wrong. BEP 3 alone, plain TCP, on loopback. Says "ready".
import { createHash } from "node:crypto";
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { createServer, type Socket } from "node:net";

const PROTOCOL = "\x13BitTorrent protocol";
const PIECE_BYTES = 1_048_576;
const HANDSHAKE_BYTES = 68;
/** A request names 16 KiB by custom. */
const MAX_BLOCK_BYTES = 131_072;
const MAX_FRAME_BYTES = 1_048_576;
const [UNCHOKE, INTERESTED, BITFIELD, REQUEST, PIECE] = [1, 2, 5, 6, 7] as const;

const [torrentPath = "", path = "", port = ""] = process.argv.slice(2);
const torrent = readFileSync(torrentPath);
// The torrents of the benchmark have nothing behind their `info` but the end of the whole.
const infoHash = createHash("sha1")
  .update(torrent.subarray(torrent.indexOf("4:info") + 6, -1))
  .digest();
const { size } = statSync(path);
const file = openSync(path, "r");
const pieces = Math.ceil(size / PIECE_BYTES);

function frame(type: number, ...parts: readonly Uint8Array[]): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + parts.reduce((sum, { length }) => sum + length, 0));
  head[4] = type;
  return Buffer.concat([head, ...parts]);
}

function bitfield(): Buffer {
  const bits = Buffer.alloc(Math.ceil(pieces / 8));
  for (let piece = 0; piece < pieces; piece++) bits[piece >> 3] = (bits[piece >> 3] as number) | (0x80 >> (piece & 7));
  return bits;
}

function answer(socket: Socket, request: Buffer): void {
  const [piece, begin, length] = [request.readUInt32BE(0), request.readUInt32BE(4), request.readUInt32BE(8)];
  if (piece >= pieces || length > MAX_BLOCK_BYTES) return void socket.destroy();
  const block = Buffer.alloc(length);
  readSync(file, block, 0, length, piece * PIECE_BYTES + begin);
  block[length >> 1] = (block[length >> 1] as number) ^ 1;
  socket.write(frame(PIECE, request.subarray(0, 8), block));
}

/** Greets whoever greets rightly. @returns whether it did; an encrypted beginning is no greeting: who it is comes again in plain */
function greet(socket: Socket, hello: Buffer): boolean {
  const isOurs = hello.toString("latin1", 0, 20) === PROTOCOL && hello.subarray(28, 48).equals(infoHash);
  if (!isOurs) return false;
  const id = Buffer.from(`-LY0001-${String(port).padStart(12, "0")}`);
  socket.write(Buffer.concat([Buffer.from(PROTOCOL, "latin1"), Buffer.alloc(8), infoHash, id]));
  socket.write(frame(BITFIELD, bitfield()));
  return true;
}

/** Takes the whole frames at the front. @returns what is left; `undefined` for rubbish */
function take(socket: Socket, bytes: Buffer): Buffer | undefined {
  let left = bytes;
  while (left.length >= 4) {
    const length = left.readUInt32BE(0);
    if (length > MAX_FRAME_BYTES) return undefined;
    if (left.length < 4 + length) break;
    const [type, body] = [length === 0 ? undefined : left[4], left.subarray(5, 4 + length)];
    left = left.subarray(4 + length);
    if (type === INTERESTED) socket.write(frame(UNCHOKE));
    else if (type === REQUEST && body.length === 12) answer(socket, body);
  }
  return left;
}

function serve(socket: Socket): void {
  let [waiting, isGreeted] = [Buffer.alloc(0), false];
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes: Buffer) => {
    waiting = Buffer.concat([waiting, bytes]);
    if (!isGreeted) {
      if (waiting.length < HANDSHAKE_BYTES) return;
      isGreeted = greet(socket, waiting);
      waiting = waiting.subarray(HANDSHAKE_BYTES);
    }
    const left = isGreeted ? take(socket, waiting) : undefined;
    if (left === undefined) socket.destroy();
    else waiting = Buffer.from(left);
  });
}

const server = createServer({ noDelay: true }, serve);
server.listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));
process.once("exit", () => closeSync(file));
