import { connect, type Socket } from "node:net";

/** An answer as it came, byte for byte. */
export interface RawAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** Whether the connection ended before the body was whole. */
  readonly isCut: boolean;
}

/**
 * A connection on which a test writes what it likes: requests that no proper client would send, one after another. Reads
 * answers strictly: by Content-Length or chunks, nothing more and nothing less.
 */
export class RawHttp {
  readonly socket: Socket;
  #parts: Buffer[] = [];
  #unread = 0;
  #isOver = false;
  #wake: () => void = () => {};

  constructor(port: number, host = "127.0.0.1") {
    this.socket = connect(port, host);
    this.socket.on("data", (bytes: Buffer) => {
      this.#parts.push(bytes);
      this.#unread += bytes.length;
      this.#wake();
    });
    this.socket.on("error", () => {});
    this.socket.on("close", () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  /** Sends a request for `target` with these header lines, and reads its answer. */
  ask(method: string, target: string, lines: readonly string[] = []): Promise<RawAnswer> {
    this.send(method, target, lines);
    return this.answer(method);
  }

  /** Sends a request. */
  send(method: string, target: string, lines: readonly string[] = []): void {
    this.socket.write([`${method} ${target} HTTP/1.1`, "Host: 127.0.0.1", ...lines, "", ""].join("\r\n"), "latin1");
  }

  /** The next answer. @param method of its request: a HEAD has no body */
  async answer(method: string): Promise<RawAnswer> {
    const end = await this.#find("\r\n\r\n");
    if (end < 0) throw new Error("the connection ended without an answer");
    const [first = "", ...rest] = this.#take(end + 4)
      .toString("latin1")
      .trimEnd()
      .split("\r\n");
    const headers = new Map(
      rest.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
    );
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]);
    if (method === "HEAD" || status === 304 || status === 204)
      return { status, headers, body: Buffer.alloc(0), isCut: false };
    const { body, isCut } = headers.has("content-length")
      ? await this.#bytes(Number(headers.get("content-length")))
      : await this.#chunks();
    return { status, headers, body, isCut };
  }

  /** Resolves when the other side has ended the connection. */
  async ended(): Promise<void> {
    while (!this.#isOver) await this.#more();
  }

  close(): void {
    this.socket.destroy();
  }

  async #bytes(count: number): Promise<{ body: Buffer; isCut: boolean }> {
    while (this.#unread < count && !this.#isOver) await this.#more();
    const isCut = this.#unread < count;
    return { body: this.#take(count), isCut };
  }

  async #chunks(): Promise<{ body: Buffer; isCut: boolean }> {
    const parts: Buffer[] = [];
    for (;;) {
      const end = await this.#find("\r\n");
      if (end < 0) return { body: Buffer.concat(parts), isCut: true };
      const length = Number.parseInt(this.#take(end + 2).toString("latin1"), 16);
      const { body, isCut } = await this.#bytes(length + 2);
      if (isCut || length === 0) return { body: Buffer.concat(parts), isCut };
      parts.push(body.subarray(0, length));
    }
  }

  async #find(text: string): Promise<number> {
    for (;;) {
      const at = this.#whole().indexOf(text);
      if (at >= 0 || this.#isOver) return at;
      await this.#more();
    }
  }

  #take(count: number): Buffer {
    const whole = this.#whole();
    this.#parts = [whole.subarray(count)];
    this.#unread = Math.max(0, whole.length - count);
    return whole.subarray(0, count);
  }

  /** Joined only when somebody looks: bodies come in a thousand parts. */
  #whole(): Buffer {
    const whole = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    this.#parts = [whole];
    return whole;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
