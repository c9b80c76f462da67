// A program at one end of a line, for measuring the lab itself: `probe.ts source BYTES`, `probe.ts echo` listen and print
// their port; `probe.ts drain PORT`, `probe.ts ping PORT COUNT` connect and print what they measured as JSON.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

const [what, given = "0", second = "0"] = process.argv.slice(2);
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function listen(serve: (socket: Socket) => void): Promise<void> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => {});
    serve(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  say(String((server.address() as AddressInfo).port));
}

/** Sends so many bytes in pieces of 1 MiB, one when the last has gone. */
function pour(socket: Socket, bytes: number): void {
  const piece = Buffer.alloc(1_048_576, 7);
  let left = bytes;
  const next = (): void => {
    if (left <= 0) socket.end();
    else socket.write(piece.subarray(0, Math.min(left, piece.length)), next);
    left -= piece.length;
  };
  next();
}

async function drain(port: number): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  // The clock starts with the first piece, which has been waited for already.
  const [first] = (await once(socket, "data")) as [Buffer];
  const firstAtMs = performance.now();
  let bytes = -first.length;
  socket.on("data", (data: Buffer) => {
    bytes += data.length;
  });
  socket.unshift(first);
  await once(socket, "end");
  say(JSON.stringify({ bytes, ms: performance.now() - firstAtMs }));
}

async function ping(port: number, count: number): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const trips: number[] = [];
  for (let trip = 0; trip <= count; trip++) {
    const startedAtMs = performance.now();
    socket.write("?");
    await once(socket, "data");
    // The first waits for the connection to be made.
    if (trip > 0) trips.push(performance.now() - startedAtMs);
  }
  socket.destroy();
  say(JSON.stringify(trips));
}

if (what === "source") await listen((socket) => pour(socket, Number(given)));
else if (what === "echo") await listen((socket) => socket.pipe(socket));
else if (what === "drain") await drain(Number(given));
else if (what === "ping") await ping(Number(given), Number(second));
else throw new Error(`probe: ${what}?`);
