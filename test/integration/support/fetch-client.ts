import { generateKeyPairSync } from "node:crypto";
import { onTestFinished } from "vitest";
import { decodeFetch, encodeFetch } from "../../../src/core/wire/stream/fetch-codec.ts";
import type { FetchChunkInfo, FetchMessage, ResponseHead } from "../../../src/core/wire/stream/fetch-message.ts";
import { FrameReader } from "../../../src/core/wire/stream/frame-reader.ts";
import type { Carrier } from "../../../src/node/carrier.ts";
import { startEngine } from "../../../src/node/engine.ts";
import type { Engine } from "../../../src/node/engine-types.ts";
import { openCarrier } from "../../../src/node/open-carrier.ts";
import { QUIET_OPTIONS, type TestNode } from "./running-node.ts";

/** A peer that is no node: its streams say what the test wants. It is stopped when the test ends. */
export async function strangePeer(): Promise<Engine> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const engine = await startEngine({
    ...{ ...QUIET_OPTIONS, key: privateKey, version: "0" },
    ...{ isRefused: () => false, count: () => {} },
  });
  onTestFinished(() => engine.close());
  return engine;
}

/** A fetch stream of such a peer to a node. */
export class StrangeStream {
  readonly carrier: Carrier;
  readonly infos: FetchChunkInfo[] = [];
  readonly answers: ResponseHead[] = [];
  /** Why it ended. */
  ended: string | undefined;

  constructor(carrier: Carrier) {
    this.carrier = carrier;
    const reader = new FrameReader(
      {
        frame: (type, payload) => {
          const message = decodeFetch(type, payload);
          if (message?.type === "chunk-info") this.infos.push(message);
          return undefined;
        },
        responseBegins: (head) => void this.answers.push(head),
      },
      4096,
    );
    carrier.start({
      bytes: (view) => void reader.read(view),
      ended: (reason) => {
        this.ended = reason ?? "in good order";
      },
    });
  }

  /** Opens one to a node, over a direct carrier. */
  static async to({ node }: TestNode, engine: Engine): Promise<StrangeStream> {
    const opening = { engine, direct: true, count: (): void => {} };
    return new StrangeStream(await openCarrier(opening, node.peerId, node.addresses(), AbortSignal.timeout(10_000)));
  }

  say(...messages: FetchMessage[]): void {
    for (const message of messages) this.carrier.send([encodeFetch(message)]);
  }
}
