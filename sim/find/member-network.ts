import type { NamedPeer } from "../../src/core/neighbours/neighbours-types.ts";
import type { Random } from "../random.ts";
import { hopsFrom } from "../topology.ts";
import { WANTED } from "./find-network.ts";
import { FindWatch } from "./find-watch.ts";
import type { FindPlant, Search } from "./finder.ts";
import { Member } from "./member.ts";
import { StreamWorld } from "./stream-world.ts";

const HELD = [{ id: new Uint8Array(32).fill(1), bytes: 1_000_000, heldChunks: 1, title: "a film" }];

/** Hosts that know one another only through one contact each. */
export interface MembersPlan {
  readonly hosts: number;
  readonly random: Random;
  readonly meanDelayMs: number;
  readonly maxPeers: number;
  readonly holders: ReadonlySet<number>;
  /** Everybody's first contact is host 0; else an earlier one by lot. */
  readonly isStar?: boolean;
  /** Bugs and lies, by host. */
  readonly plants?: ReadonlyMap<number, FindPlant>;
  readonly isLiar?: (host: number) => boolean;
}

/** A network that makes itself. */
export class MemberNetwork {
  readonly world: StreamWorld;
  readonly watch: FindWatch;
  readonly members: Map<number, Member> = new Map();
  readonly #plan: MembersPlan;

  constructor(plan: MembersPlan) {
    this.#plan = plan;
    const { hosts, random, meanDelayMs, maxPeers, holders, plants } = plan;
    this.watch = new FindWatch(8, (host) => !this.#isLiar(host));
    this.world = new StreamWorld({ random: random.fork("delays"), meanDelayMs, observer: this.watch });
    for (let host = 0; host < hosts; host++) {
      const contacts = host === 0 ? [] : [plan.isStar === true ? 0 : random.integer(0, host - 1)];
      const memory = new Map<string, NamedPeer>();
      const plant = plants?.get(host) ?? {};
      this.world.add((number) => {
        const own = random.fork(`member ${number} from ${this.world.nowMs}`);
        const holdings = (holder: number): typeof HELD => (holders.has(holder) ? HELD : []);
        const member = new Member(number, this.world, own, { contacts, maxPeers, holdings, memory, plant });
        this.members.set(number, member);
        return member;
      });
    }
  }

  /** Who is whose neighbour: each at both ends, both alive. */
  topology(): number[][] {
    return Array.from({ length: this.#plan.hosts }, (_, host) =>
      this.world.isUp(host) ? this.world.neighboursOf(host).filter((peer) => this.world.isUp(peer)) : [],
    );
  }

  /** Hosts alive that host `from` cannot reach over honest ones. */
  cutOff(from: number): number[] {
    const hops = hopsFrom(this.topology(), from, (host) => !this.#isLiar(host));
    return hops.flatMap((distance, host) => (distance === Infinity && this.world.isUp(host) ? [host] : []));
  }

  search(from: number, enough: number): Search {
    return (this.members.get(from) as Member).search(WANTED, enough);
  }

  /** Runs until a search has ended. @returns the honest holders alive that it has not found */
  finish(from: number, search: Search): number[] {
    const { holders } = this.#plan;
    while (search.ended === undefined && this.world.nowMs < 36_000_000) this.world.run(this.world.nowMs + 500);
    return [...holders].filter(
      (host) => host !== from && this.world.isUp(host) && !this.#isLiar(host) && !search.holders.has(host),
    );
  }

  #isLiar(host: number): boolean {
    return this.#plan.isLiar?.(host) === true;
  }
}
