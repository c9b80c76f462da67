// The bare side of the comparison: answers each one-id Get with 1024 bytes from memory. No protocol logic at all.
import { createSocket } from "node:dgram";

const lookup = (host: string, _options: unknown, done: (error: null, ip: string, family: number) => void): void =>
  done(null, host, 4);
const socket = createSocket({ type: "udp4", lookup: lookup as never, recvBufferSize: 4_194_304 });

socket.on("message", (get, from) => {
  const response = Buffer.allocUnsafe(1030);
  response.writeUInt16BE(5, 0);
  response.writeUInt16BE(get.readUInt16BE(4), 2);
  response.writeUInt16BE(1024, 4);
  socket.send(response, from.port, from.address);
});
socket.bind(Number(process.argv[2]), "127.0.0.1", () => process.stdout.write("ready\n"));
