import type { FindQuery } from "../../src/core/wire/stream/find-message.ts";
import type { Random } from "../random.ts";
import { drawQueryId, recordOf } from "./finder.ts";
import type { StreamActor, StreamMessage, StreamWorld } from "./stream-world.ts";

/** A host that does as it likes with its neighbours. */
abstract class Liar implements StreamActor {
  protected readonly world: StreamWorld;
  protected readonly self: number;
  protected readonly random: Random;
  readonly neighbours: Set<number> = new Set();

  constructor(self: number, world: StreamWorld, random: Random) {
    this.self = self;
    this.world = world;
    this.random = random;
  }

  start(): void {}

  opened(peer: number): void {
    this.neighbours.add(peer);
  }

  dialFailed(): void {}

  closed(peer: number): void {
    this.neighbours.delete(peer);
  }

  received(from: number, message: StreamMessage): void {
    if (message.type === "query") this.asked(from, message);
  }

  wake(): void {}

  protected asked(_from: number, _query: FindQuery): void {}

  protected sendAll(message: StreamMessage): void {
    for (const peer of this.neighbours) this.world.send(this.self, peer, message);
  }
}

/** Takes everything, and says nothing. */
export class Silent extends Liar {}

/** Asks a thousand things a second, with all the hops that a byte can say. */
export class QueryFlooder extends Liar {
  sent = 0;

  override start(): void {
    this.world.wakeAt(this.self, this.world.nowMs + 10);
  }

  override wake(): void {
    for (let one = 0; one < 10; one++, this.sent++) {
      const wanted = { kind: "words", words: `flood ${this.sent}` } as const;
      this.sendAll({ type: "query", queryId: drawQueryId(this.random), ttlHops: 255, wanted });
    }
    this.world.wakeAt(this.self, this.world.nowMs + 10);
  }
}

/** Answers every question with many holders that do not exist, signed or not, and tells nobody of it. */
export class AnswerForger extends Liar {
  /** Forged answers to one question. */
  static readonly answers = 200;

  protected override asked(from: number, { queryId, wanted }: FindQuery): void {
    const id = wanted.kind === "video" ? wanted.id : new Uint8Array(32);
    const videos = [{ id, bytes: 1, heldChunks: 1, title: "" }];
    for (let one = 0; one < AnswerForger.answers; one++) {
      const record = recordOf(100_000 + this.random.integer(0, 900_000), one % 2 === 0);
      this.world.send(this.self, from, { type: "chunk-info", queryId, record, videos });
    }
  }
}

/** Sends every question on to everybody, over and over, with its hops raised to 255. */
export class TtlRaiser extends Liar {
  #sent = 0;

  protected override asked(_from: number, query: FindQuery): void {
    if (this.#sent++ < 2000) this.sendAll({ ...query, ttlHops: 255 });
  }
}

/** Hurries ahead of a question with another one under its query id. */
export class IdThief extends Liar {
  protected override asked(_from: number, query: FindQuery): void {
    const wanted = { kind: "words", words: "something else" } as const;
    this.sendAll({ ...query, wanted, ttlHops: 8 });
  }
}
