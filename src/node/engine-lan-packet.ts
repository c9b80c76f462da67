import { NETWORK } from "../core/limits.ts";

/** The name under which Cardume's nodes find one another by multicast DNS. */
const SERVICE = ["_cardume", "_udp", "local"];
const PTR = 12;
const TXT = 16;
const ANY = 255;
const IN = 1;
const HEAD_BYTES = 12;
const TTL_SECONDS = 120;
const ADDRESS_KEY = "dnsaddr=";
/** Records in one datagram that are looked at. */
const MAX_RECORDS = 64;
/** Jumps within one name: a name that jumps more often runs in a circle. */
const MAX_JUMPS = 16;

/** What a datagram on the local network says to Cardume's nodes. */
export type LanPacket =
  | { readonly type: "question" }
  /** Multiaddrs in text, each with `/p2p/…`. */
  | { readonly type: "answer"; readonly addresses: readonly string[] };

/**
 * The question who is there (RFC 6762): `0:2 id 0 · 2:2 flags 0 · 4:2 questions 1 · 6:6 zeros · name · 2 PTR · 2 IN`.
 */
export function encodeQuestion(): Buffer {
  return Buffer.concat([head(0, 1, 0), name(SERVICE), uint16(PTR, IN)]);
}

/**
 * This node's answer, as in libp2p's mDNS: a PTR from the service to `instance`, and a TXT of `instance` with one
 * `dnsaddr=<multiaddr>` for each address, as many as fit one datagram.
 * @param instance a label of at most 63 characters, this node's only
 */
export function encodeAnswer(instance: string, addresses: readonly string[]): Buffer {
  const own = name([instance, ...SERVICE]);
  const texts: Buffer[] = [];
  let bytes = 0;
  for (const address of addresses) {
    const text = Buffer.from(`${ADDRESS_KEY}${address}`);
    bytes += 1 + text.length;
    if (text.length <= 255 && bytes <= NETWORK.maxLanTextBytes) texts.push(Buffer.from([text.length]), text);
  }
  const text = Buffer.concat(texts);
  return Buffer.concat([
    head(0x8400, 0, 2),
    ...[name(SERVICE), uint16(PTR, IN, 0, TTL_SECONDS, own.length), own],
    ...[own, uint16(TXT, IN, 0, TTL_SECONDS, text.length), text],
  ]);
}

/** What a datagram says; `undefined` when it says nothing to us, or is none. Never throws. */
export function decodeLanPacket(bytes: Buffer): LanPacket | undefined {
  if (bytes.length < HEAD_BYTES || bytes.length > NETWORK.maxLanDatagramBytes) return undefined;
  const isAnswer = (bytes.readUInt16BE(2) & 0x8000) !== 0;
  const reader = new PacketReader(bytes);
  const questions = bytes.readUInt16BE(4);
  const isAsked = reader.questions(questions);
  if (!isAnswer) return isAsked ? { type: "question" } : undefined;
  const records = bytes.readUInt16BE(6) + bytes.readUInt16BE(8) + bytes.readUInt16BE(10);
  const addresses = reader.addresses(records);
  return addresses.length === 0 ? undefined : { type: "answer", addresses };
}

/** Reads a datagram from its front; whatever does not add up ends the reading. */
class PacketReader {
  readonly #bytes: Buffer;
  #at = HEAD_BYTES;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Reads the questions. @returns whether one asks for Cardume's nodes */
  questions(count: number): boolean {
    let isAsked = false;
    for (let left = Math.min(count, MAX_RECORDS); left > 0; left--) {
      const labels = this.#name();
      if (labels === undefined || this.#at + 4 > this.#bytes.length) return isAsked;
      const type = this.#bytes.readUInt16BE(this.#at);
      this.#at += 4;
      isAsked ||= labels.join(".") === SERVICE.join(".") && (type === PTR || type === ANY);
    }
    return isAsked;
  }

  /** Reads the records. @returns the addresses that those of Cardume's nodes name */
  addresses(count: number): string[] {
    const addresses: string[] = [];
    for (let left = Math.min(count, MAX_RECORDS); left > 0; left--) {
      const labels = this.#name();
      if (labels === undefined || this.#at + 10 > this.#bytes.length) return addresses;
      const type = this.#bytes.readUInt16BE(this.#at);
      const end = this.#at + 10 + this.#bytes.readUInt16BE(this.#at + 8);
      if (end > this.#bytes.length) return addresses;
      if (type === TXT && labels.slice(1).join(".") === SERVICE.join("."))
        addresses.push(...addressesIn(this.#bytes.subarray(this.#at + 10, end)));
      this.#at = end;
    }
    return addresses.slice(0, NETWORK.maxAddressesPerPeer);
  }

  #name(): string[] | undefined {
    const labels: string[] = [];
    const end = nameAt(this.#bytes, this.#at, labels);
    this.#at = end ?? this.#at;
    return end === undefined ? undefined : labels;
  }
}

/** Adds the labels of a name, in lower case, which may go on elsewhere. @returns where what follows it begins */
function nameAt(bytes: Buffer, at: number, labels: string[], jumps: number = 0): number | undefined {
  const length = bytes[at];
  if (length === undefined || labels.length > MAX_RECORDS) return undefined;
  if (length === 0) return at + 1;
  if (length >= 0xc0) {
    const to = ((length & 0x3f) << 8) | (bytes[at + 1] ?? 0);
    return jumps === MAX_JUMPS || nameAt(bytes, to, labels, jumps + 1) === undefined ? undefined : at + 2;
  }
  if (length > 63 || at + 1 + length > bytes.length) return undefined;
  labels.push(bytes.toString("latin1", at + 1, at + 1 + length).toLowerCase());
  return nameAt(bytes, at + 1 + length, labels, jumps);
}

/** The strings of a TXT record that are addresses. */
function addressesIn(text: Buffer): string[] {
  const addresses: string[] = [];
  for (let at = 0; at < text.length; at += 1 + (text[at] ?? 0)) {
    const item = text.toString("latin1", at + 1, at + 1 + (text[at] ?? 0));
    if (item.startsWith(ADDRESS_KEY)) addresses.push(item.slice(ADDRESS_KEY.length));
  }
  return addresses;
}

const head = (flags: number, questions: number, answers: number): Buffer => uint16(0, flags, questions, answers, 0, 0);

const name = (labels: readonly string[]): Buffer =>
  Buffer.concat([
    ...labels.map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`, "latin1")),
    Buffer.alloc(1),
  ]);

function uint16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, at) => {
    bytes.writeUInt16BE(value, 2 * at);
  });
  return bytes;
}
