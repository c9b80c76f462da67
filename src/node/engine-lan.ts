import { randomBytes } from "node:crypto";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { BlockList } from "node:net";
import { networkInterfaces } from "node:os";
import { NETWORK } from "../core/limits.ts";
import { parsePeerAddress } from "../core/neighbours/address-class.ts";
import { monotonicMs } from "../runtime/clock.ts";
import { decodeLanPacket, encodeAnswer, encodeQuestion } from "./engine-lan-packet.ts";
import type { LanPeer } from "./engine-types.ts";

const GROUP = "224.0.0.251";
const PORT = 5353;
/** Link-local multicast: a router lets nothing through, whatever the TTL. */
const TTL = 255;
/** When it is asked after the start, in case a datagram was lost. */
const EARLY_QUESTIONS_MS = [1000, 3000];
/** And between two questions later, when new interfaces are looked for too. */
const QUESTION_MS = 30_000;
/** RFC 6762: an answer goes to the whole network, so once a second is enough for all who ask. */
const ANSWER_GAP_MS = 1000;

/** What {@link LanDiscovery} works with. */
export interface LanOptions {
  /** This node's id, and its full addresses. */
  readonly peer: string;
  readonly addresses: () => readonly string[];
  readonly heard: (peer: LanPeer) => void;
  readonly count: (cause: string) => void;
}

interface Link {
  /** This machine's address there. */
  readonly address: string;
  readonly subnet: BlockList;
  readonly sender: Socket;
  answeredAtMs: number;
}

/**
 * Finds nodes on the local networks by multicast DNS, and tells of this one. It asks on each interface by itself: a
 * machine without a default route, or with several networks, has no other way. Whoever is not on the link is not heard.
 */
export class LanDiscovery {
  readonly #options: LanOptions;
  readonly #instance = randomBytes(16).toString("hex");
  readonly #receiver: Socket = createSocket({ type: "udp4", reuseAddr: true });
  readonly #links = new Map<string, Link>();
  readonly #timers: NodeJS.Timeout[] = [];
  #heardSinceMs = 0;
  #heard = 0;
  #isStopped = false;

  constructor(options: LanOptions) {
    this.#options = options;
  }

  /** Begins. A machine on which this cannot be done has a count to show for it, and no error. */
  start(): void {
    this.#receiver.on("error", () => this.#options.count("lan-unavailable"));
    this.#receiver.on("message", this.#message);
    this.#receiver.bind({ port: PORT, address: "0.0.0.0", exclusive: true }, () => {
      for (const ms of EARLY_QUESTIONS_MS) this.#timers.push(setTimeout(this.#ask, ms).unref());
      this.#timers.push(setInterval(this.#ask, QUESTION_MS).unref());
      this.#ask();
    });
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const { sender } of this.#links.values()) sender.close();
    this.#receiver.close();
  }

  readonly #ask = (): void => {
    this.#look();
    for (const { sender } of this.#links.values()) send(sender, encodeQuestion());
  };

  /** Takes up interfaces that have come, and lets go those that are gone. This machine itself only when it is alone. */
  #look(): void {
    const all = Object.values(networkInterfaces()).flatMap(
      (list) => list?.find(({ family }) => family === "IPv4") ?? [],
    );
    const outside = all.filter(({ internal }) => !internal);
    const wanted = new Map((outside.length > 0 ? outside : all).map((info) => [info.cidr ?? "", info]));
    for (const [cidr, { sender }] of this.#links) {
      if (wanted.has(cidr)) continue;
      this.#links.delete(cidr);
      sender.close();
    }
    for (const [cidr, { address }] of wanted)
      if (cidr !== "" && !this.#links.has(cidr) && this.#links.size < NETWORK.maxLanLinks) this.#open(cidr, address);
  }

  #open(cidr: string, address: string): void {
    const subnet = new BlockList();
    const [net = "", bits] = cidr.split("/");
    subnet.addSubnet(net, Number(bits), "ipv4");
    const sender = createSocket({ type: "udp4", reuseAddr: true });
    const link: Link = { address, subnet, sender, answeredAtMs: -Infinity };
    sender.on("error", () => this.#options.count("lan-unavailable"));
    // Bound to the interface's own address: what comes for the group comes to the receiver alone.
    sender.bind({ port: PORT, address, exclusive: true }, () => {
      try {
        this.#receiver.addMembership(GROUP, address);
        sender.setMulticastInterface(address);
        sender.setMulticastTTL(TTL);
        sender.setMulticastLoopback(true);
        send(sender, encodeQuestion());
      } catch {
        // An interface without multicast, or one that has just gone.
        this.#options.count("lan-unavailable");
      }
    });
    this.#links.set(cidr, link);
  }

  readonly #message = (bytes: Buffer, { address: from }: RemoteInfo): void => {
    const link = [...this.#links.values()].find(({ subnet }) => subnet.check(from, "ipv4"));
    if (this.#isStopped || link === undefined || !this.#hasTime()) return;
    const packet = decodeLanPacket(bytes);
    if (packet?.type === "question") this.#answer(link);
    else if (packet?.type === "answer") this.#take(packet.addresses);
  };

  /** Some datagrams a second are read; a flood is not. */
  #hasTime(): boolean {
    const nowMs = monotonicMs();
    if (nowMs - this.#heardSinceMs >= 1000) {
      this.#heardSinceMs = nowMs;
      this.#heard = 0;
    }
    if (++this.#heard <= NETWORK.maxLanDatagramsPerSecond) return true;
    this.#options.count("lan-flood");
    return false;
  }

  #answer(link: Link): void {
    const nowMs = monotonicMs();
    if (nowMs - link.answeredAtMs < ANSWER_GAP_MS) return;
    link.answeredAtMs = nowMs;
    const addresses = this.#options.addresses().filter((address) => isFor(link.address, address));
    if (addresses.length > 0) send(link.sender, encodeAnswer(this.#instance, addresses));
  }

  /** One datagram tells of one peer. */
  #take(texts: readonly string[]): void {
    const parsed = texts.flatMap((text) => parsePeerAddress(text) ?? []);
    const peer = parsed[0]?.peer;
    if (peer === undefined || peer === this.#options.peer) return;
    const own = parsed.filter((address) => address.peer === peer && !address.isRelayed);
    this.#options.heard({ peer, addresses: own.map(({ text }) => text) });
  }
}

/** Others on a network have no use for what leads to this machine itself, except on its own. */
function isFor(linkAddress: string, address: string): boolean {
  const parsed = parsePeerAddress(address);
  if (parsed === undefined || parsed.isRelayed) return false;
  return (parsed.scope === "loopback") === linkAddress.startsWith("127.");
}

/** A datagram that the system does not take is asked or answered again later. */
const send = (socket: Socket, bytes: Buffer): void => {
  try {
    socket.send(bytes, PORT, GROUP, () => undefined);
  } catch {
    // Closed meanwhile.
  }
};
