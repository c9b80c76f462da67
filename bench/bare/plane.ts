// The least that moves a file from one process to another as Cardume's direct carrier does, encrypted, every leaf hashed,
// written: no network, library, scheduler or check of what came. `plane.ts send FILE` listens and says where;
// `plane.ts receive FILE PORT BYTES` says "ready", and at a line on standard input fetches, and prints JSON.
import { once } from "node:events";
import { openSync, readSync, writeSync } from "node:fs";
import type { TcpNetConnectOpts } from "node:net";
import { type ConnectionOptions, connect, createServer } from "node:tls";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { makeCertificate } from "../../src/node/certificate.ts";
import { DIRECT_TLS } from "../../src/node/direct-tls.ts";
import { LeafHashes } from "../../src/store/hash-leaves.ts";

const CHUNK_BYTES = 1_048_576;
/** Chunks asked for and not come, as in the trial that the target is from, doubled: more is no faster. */
const DEPTH = 8;
/** What is written at once, see the hashing thread of the store. */
const WRITE_BYTES = 32_768;
const READ_BYTES = 65_536;

const [mode = "", path = "", port = "", size = ""] = process.argv.slice(2);
if (!isMainThread) keep();
else if (mode === "send") await send();
else await receive();

/** Sends each chunk whose number comes, as a number of four bytes. */
async function send(): Promise<void> {
  const { key, certificate: cert } = makeCertificate();
  const file = openSync(path, "r");
  const free: Buffer[] = [];
  const server = createServer({ ...DIRECT_TLS, key, cert }, (socket) => {
    socket.on("data", (orders) => {
      for (let at = 0; at + 4 <= orders.length; at += 4) {
        const buffer = free.pop() ?? Buffer.alloc(CHUNK_BYTES);
        const bytes = readSync(file, buffer, 0, CHUNK_BYTES, orders.readUInt32BE(at) * CHUNK_BYTES);
        socket.write(buffer.subarray(0, bytes), () => free.push(buffer));
      }
    });
    socket.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: listens } = server.address() as { port: number };
  process.stdout.write(`listens ${listens}\n`);
}

/** Fetches chunks of 1 MiB in their order into memory that goes to the thread that hashes and writes, and back. */
async function receive(): Promise<void> {
  const bytes = Number(size);
  const worker = new Worker(new URL(import.meta.url), { argv: ["keep", path] });
  await once(worker, "message");
  const free: ArrayBuffer[] = [];
  const read = Buffer.alloc(READ_BYTES);
  let [asked, came, kept, filled] = [0, 0, 0, 0];
  let chunk = new Uint8Array(CHUNK_BYTES);
  const ask = (): void => {
    if (asked * CHUNK_BYTES >= bytes) return;
    const order = Buffer.alloc(4);
    order.writeUInt32BE(asked++);
    socket.write(order);
  };
  const take = (view: Uint8Array): void => {
    for (let at = 0; at < view.length; ) {
      const left = Math.min(CHUNK_BYTES, bytes - came * CHUNK_BYTES);
      const part = view.subarray(at, at + left - filled);
      chunk.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < left) continue;
      worker.postMessage({ chunk: came++, bytes: chunk.subarray(0, left) }, [chunk.buffer]);
      chunk = new Uint8Array(free.pop() ?? new ArrayBuffer(CHUNK_BYTES));
      filled = 0;
      ask();
    }
  };
  const callback = (count: number): boolean => {
    take(read.subarray(0, count));
    return true;
  };
  const options: ConnectionOptions & TcpNetConnectOpts = {
    ...DIRECT_TLS,
    port: Number(port),
    host: "127.0.0.1",
    rejectUnauthorized: false,
    onread: { buffer: read, callback },
  };
  const socket = connect(options);
  await once(socket, "secureConnect");
  process.stdout.write("ready\n");
  await once(process.stdin, "data");
  const before = process.resourceUsage();
  const startedAtMs = performance.now();
  const all = Promise.withResolvers<void>();
  worker.on("message", ({ buffer, length }: { buffer: ArrayBuffer; length: number }) => {
    free.push(buffer);
    kept += length;
    if (kept === bytes) all.resolve();
  });
  for (let order = 0; order < DEPTH; order++) ask();
  await all.promise;
  const ms = performance.now() - startedAtMs;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const cpuS = (userCPUTime + systemCPUTime - before.userCPUTime - before.systemCPUTime) / 1e6;
  process.stdout.write(`${JSON.stringify({ ms, keptMs: ms, cpuS, maxRssMiB: maxRSS / 1024 })}\n`);
  process.exit(0);
}

/** The thread: hashes every leaf and the tree over them, and writes. */
function keep(): void {
  const file = openSync(path, "w+");
  parentPort?.on("message", ({ chunk, bytes }: { chunk: number; bytes: Uint8Array<ArrayBuffer> }) => {
    const hashes = new LeafHashes(CHUNK_BYTES / 16_384);
    hashes.add(bytes, bytes.length);
    hashes.roots(CHUNK_BYTES / 16_384);
    for (let from = 0; from < bytes.length; from += WRITE_BYTES)
      writeSync(file, bytes, from, Math.min(WRITE_BYTES, bytes.length - from), chunk * CHUNK_BYTES + from);
    parentPort?.postMessage({ buffer: bytes.buffer, length: bytes.length }, [bytes.buffer]);
  });
  parentPort?.postMessage("ready");
}
