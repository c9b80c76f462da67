import type { CardumeNode, FetchTarget, FindOptions, FoundVideo, NodeStatus } from "../node/node-types.ts";
import type { FollowedFetch, NodeFace } from "./node-face.ts";

/** A node that runs in this process, as commands use it. */
export class LocalNode implements NodeFace {
  readonly #node: CardumeNode;

  constructor(node: CardumeNode) {
    this.#node = node;
  }

  status(): Promise<NodeStatus> {
    return Promise.resolve(this.#node.status());
  }

  find(wanted: Uint8Array | string, options?: FindOptions): AsyncGenerator<FoundVideo> {
    return this.#node.find(wanted, options);
  }

  fetch(target: FetchTarget): FollowedFetch {
    return this.#node.fetch(target);
  }

  join(address: string): Promise<void> {
    return this.#node.join(address);
  }

  announce(options?: { readonly signal?: AbortSignal }): Promise<number> {
    return this.#node.announce(options);
  }
}
