import { createSocket, type Socket } from "node:dgram";

/** A datagram as it came. */
export interface Datagram {
  readonly hex: string;
  readonly bytes: Buffer;
  readonly from: string;
  readonly atMs: number;
}

const PATIENCE_MS = 5000;

/** A UDP socket that a test holds in its own hands: it says what it likes and sees every byte that comes. */
export class Probe {
  readonly received: Datagram[] = [];
  readonly #socket: Socket;
  #taken = 0;
  #wake: () => void = () => {};
  /** Called for each datagram: what a scripted peer answers with. */
  onDatagram: (datagram: Datagram) => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (bytes, { address, port }) => {
      const copy = Buffer.from(bytes);
      const datagram = { hex: copy.toString("hex"), bytes: copy, from: `${address}:${port}`, atMs: performance.now() };
      this.received.push(datagram);
      this.onDatagram(datagram);
      this.#wake();
    });
  }

  static async bind(ip: string, port = 0): Promise<Probe> {
    const socket = createSocket({ type: "udp4", recvBufferSize: 4 * 1024 * 1024 });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once("error", reject);
    socket.bind({ address: ip, port, exclusive: true }, resolve);
    await promise;
    return new Probe(socket);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** `ip:port`. */
  get address(): string {
    return `${this.#socket.address().address}:${this.port}`;
  }

  async send(message: Uint8Array | string, to: string): Promise<void> {
    const bytes = typeof message === "string" ? Buffer.from(message.replaceAll(" ", ""), "hex") : message;
    const [ip, port] = to.split(":") as [string, string];
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#socket.send(bytes, Number(port), ip, (error) => (error ? reject(error) : resolve()));
    await promise;
  }

  /** The next datagram that no earlier call has taken. */
  async next(withinMs: number = PATIENCE_MS): Promise<Datagram> {
    const until = performance.now() + withinMs;
    while (this.received.length <= this.#taken) {
      const leftMs = until - performance.now();
      if (leftMs <= 0) throw new Error(`no datagram came to ${this.address} within ${withinMs} ms`);
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, leftMs);
      this.#wake = resolve;
      await promise;
      clearTimeout(timer);
    }
    return this.received[this.#taken++] as Datagram;
  }

  /** All that came since the last call of this or {@link next}, once a while has passed. */
  async gather(ms: number): Promise<Datagram[]> {
    await new Promise((resolve) => setTimeout(resolve, ms));
    const gathered = this.received.slice(this.#taken);
    this.#taken = this.received.length;
    return gathered;
  }

  close(): void {
    this.#socket.close();
  }
}
