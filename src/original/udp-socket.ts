import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { CardumeError } from "../core/errors.ts";
import { SHELLS } from "../core/limits.ts";
import { type Address, addressOf, formatIp, ipOf, parseIp, portOf } from "../core/wire/address.ts";

/** The IPv4 UDP socket of a peer or client, with addresses as numbers. */
export class UdpSocket {
  readonly #socket: Socket;
  readonly #texts = new Map<number, string>();
  readonly #ips = new Map<string, number>();
  #sendErrors = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /**
   * Binds a socket; port 0 takes a free one.
   * @throws CardumeError `port-in-use`, `address-not-here`, `port-refused` (exit code 5)
   */
  static async bind(address: Address): Promise<UdpSocket> {
    // Addresses are always numeric: answering the look-up at once saves a turn of the event loop for every send.
    const lookup = (host: string, _options: unknown, done: (error: null, ip: string, family: number) => void): void =>
      done(null, host, 4);
    const socket = createSocket({
      type: "udp4",
      lookup: lookup as never,
      recvBufferSize: SHELLS.socketBufferBytes,
      sendBufferSize: SHELLS.socketBufferBytes,
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    socket.once("error", reject);
    socket.bind({ port: portOf(address), address: formatIp(ipOf(address)), exclusive: true }, resolve);
    try {
      await promise;
    } catch (cause) {
      socket.close();
      throw bindError(address, cause);
    }
    socket.off("error", reject);
    return new UdpSocket(socket);
  }

  /** Where it is bound. */
  get address(): Address {
    const { address, port } = this.#socket.address();
    return addressOf(parseIp(address) as number, port);
  }

  /** Sends that the system refused (no route, not permitted): lost, like any datagram may be. */
  get sendErrors(): number {
    return this.#sendErrors;
  }

  /** The receive buffer as the kernel counts it, in bytes. */
  get receiveBufferBytes(): number {
    return this.#socket.getRecvBufferSize();
  }

  /** True when so much waits to leave that a sender should pause for a ms. */
  get isCongested(): boolean {
    return this.#socket.getSendQueueSize() > SHELLS.maxSendQueueBytes;
  }

  /** Calls `receive` for every datagram, and `fail` should the socket itself break. */
  listen(receive: (bytes: Uint8Array, from: Address) => void, fail: (error: Error) => void): void {
    this.#socket.on("message", (bytes: Uint8Array, from: RemoteInfo) =>
      receive(bytes, addressOf(this.#ip(from.address), from.port)),
    );
    this.#socket.on("error", fail);
  }

  /** Sends one datagram. The bytes must not change afterwards. */
  send(bytes: Uint8Array, to: Address): void {
    this.#send(bytes, to, this.#sent);
  }

  /** The same for a Response, of which there are many: a failure is not counted, since each callback costs a µs. */
  sendUncounted(bytes: Uint8Array, to: Address): void {
    this.#send(bytes, to, undefined);
  }

  close(): void {
    this.#socket.close();
  }

  #send(bytes: Uint8Array, to: Address, done: ((error: Error | null) => void) | undefined): void {
    try {
      this.#socket.send(bytes, portOf(to), this.#text(ipOf(to)), done);
    } catch {
      this.#sendErrors++;
    }
  }

  readonly #sent = (error: Error | null): void => {
    if (error !== null) this.#sendErrors++;
  };

  // Both maps are bounded by being emptied: they only save the conversion of the few addresses in use.
  #text(ip: number): string {
    let text = this.#texts.get(ip);
    if (text === undefined) {
      if (this.#texts.size >= 1024) this.#texts.clear();
      text = formatIp(ip);
      this.#texts.set(ip, text);
    }
    return text;
  }

  #ip(text: string): number {
    let ip = this.#ips.get(text);
    if (ip === undefined) {
      if (this.#ips.size >= 1024) this.#ips.clear();
      ip = parseIp(text) ?? 0;
      this.#ips.set(text, ip);
    }
    return ip;
  }
}

function bindError(address: Address, cause: unknown): CardumeError {
  const where = `${formatIp(ipOf(address))}:${portOf(address)}`;
  const options = { exitCode: 5, cause };
  switch ((cause as NodeJS.ErrnoException).code) {
    case "EADDRINUSE":
      return new CardumeError("port-in-use", `${where} is in use by another program; choose another port`, options);
    case "EADDRNOTAVAIL":
      return new CardumeError("address-not-here", `${where} is not an address of this machine`, options);
    default:
      return new CardumeError("port-refused", `cannot listen on ${where}: ${(cause as Error).message}`, options);
  }
}

/**
 * The address from which this machine sends to `to`: what others see of a client there. A second socket is
 * connected and asked; nothing is sent.
 * @throws CardumeError `no-route` (exit code 5)
 */
export async function localIpTowards(to: Address): Promise<number> {
  const socket = createSocket("udp4");
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("error", reject);
  // The callback is given the error, if there is one; its type does not say so.
  const connected = (error?: Error): void => (error === undefined ? resolve() : reject(error));
  socket.connect(portOf(to), formatIp(ipOf(to)), connected);
  try {
    await promise;
    return parseIp(socket.address().address) as number;
  } catch (cause) {
    throw new CardumeError("no-route", `there is no way from this machine to ${formatIp(ipOf(to))}`, {
      exitCode: 5,
      cause,
    });
  } finally {
    socket.close();
  }
}
