// The bare side of the comparison: one-id Gets to each peer in turn, a fixed number in flight, a new one for each
// Response. No protocol logic at all; a lost datagram would leave its place empty, so the run is only good on loopback.
import { createSocket } from "node:dgram";
import { openSync, writeSync } from "node:fs";

const [chunksText, windowText, output, ...ports] = process.argv.slice(2);
const chunks = Number(chunksText);
const lookup = (host: string, _options: unknown, done: (error: null, ip: string, family: number) => void): void =>
  done(null, host, 4);
const socket = createSocket({ type: "udp4", lookup: lookup as never, recvBufferSize: 4_194_304 });
const file = openSync(output as string, "w");
const block = Buffer.allocUnsafe(262_144);
let fill = 0;
let asked = 0;
let received = 0;
let startedAtMs = 0;

function ask(): void {
  const get = Buffer.allocUnsafe(6);
  get.writeUInt16BE(4, 0);
  get.writeUInt16BE(1, 2);
  get.writeUInt16BE(asked, 4);
  socket.send(get, Number(ports[asked % ports.length]), "127.0.0.1");
  asked++;
}

socket.on("message", (response) => {
  response.copy(block, fill, 6);
  fill += response.length - 6;
  if (fill + 1024 > block.length) {
    writeSync(file, block, 0, fill);
    fill = 0;
  }
  received++;
  if (asked < chunks) ask();
  if (received < chunks) return;
  writeSync(file, block, 0, fill);
  const ms = performance.now() - startedAtMs;
  process.stdout.write(`${JSON.stringify({ ms, maxRssMiB: process.resourceUsage().maxRSS / 1024 })}\n`);
  socket.close();
});

socket.bind(0, "127.0.0.1", () => {
  startedAtMs = performance.now();
  while (asked < Math.min(Number(windowText), chunks)) ask();
});
setTimeout(() => process.exit(1), 60_000).unref();
