import { peerAddresses } from "../config-node-options.ts";
import { toBase32 } from "../core/content/base32.ts";
import { labelOf } from "../core/content/label.ts";
import type { NodeFace } from "../gateway/node-face.ts";
import { playlistPath, videoPath } from "../gateway/video-address.ts";
import { EXIT } from "./exit-code.ts";
import { joinablePeers } from "./joinable-peers.ts";
import { type Meant, meantBy } from "./meant-video.ts";
import type { NodeFlags } from "./node-flags.ts";
import { Output } from "./output.ts";
import { hexOf } from "./video-json.ts";
import { titleText } from "./video-text.ts";
import type { WatchFlags } from "./watch.ts";
import { gatewayOf, untilReadable } from "./watch-gateway.ts";
import { openInBrowser, play } from "./watch-player.ts";
import { watchTarget } from "./watch-target.ts";
import { type Reached, withReached } from "./with-library.ts";

/** Has a video played as the command line orders it. @returns the exit code */
export function watchVideo(text: string, flags: WatchFlags, nodeFlags: NodeFlags): Promise<number> {
  const output = new Output(flags.json === true);
  const meant = meantBy(text);
  const addresses = [...peerAddresses([nodeFlags.join ?? []].flat() as string[]), ...peersOf(meant)];
  return withReached(
    "watch",
    flags,
    async (reached, signal) => {
      output.follow(() => `looking for ${labelOf(text)} …`);
      const place = await placeFor(reached, { nodeFlags, addresses, output, signal });
      try {
        return await watchAt(place, meant, { flags, output, signal, library: reached.library });
      } finally {
        await place.close?.();
      }
    },
    output,
  );
}

const peersOf = (meant: Meant): string[] => (meant.id === undefined ? [] : joinablePeers(meant.link));

/** A gateway, and the node behind it. */
interface Place {
  readonly node: NodeFace;
  /** Without a path, and without a slash at its end. */
  readonly gateway: string;
  /** Of a node that lives as long as the command. */
  readonly close?: () => Promise<void>;
}

interface PlaceOptions {
  readonly nodeFlags: NodeFlags;
  readonly addresses: readonly string[];
  readonly output: Output;
  readonly signal: AbortSignal;
}

async function placeFor(reached: Reached, { nodeFlags, addresses, output, signal }: PlaceOptions): Promise<Place> {
  const { own, running, library } = reached;
  if (own !== undefined) {
    const { startWatchNode } = await import("./watch-node.ts");
    const onBug = (error: unknown): void => output.notice(`cardume: ${String(error)}`);
    return await startWatchNode(own, nodeFlags, addresses, onBug);
  }
  const gateway = await gatewayOf(library.folder, signal);
  const join = (address: string): Promise<void> => running.join(address, { signal });
  // Others may be reached, and may have it.
  for (const tried of await Promise.allSettled(addresses.map(join)))
    if (tried.status === "rejected") output.notice(`cardume: ${(tried.reason as Error).message}`);
  signal.throwIfAborted();
  return { node: running, gateway };
}

interface WatchOptions {
  readonly flags: WatchFlags;
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly library: Reached["library"];
}

async function watchAt(place: Place, meant: Meant, { flags, output, signal, library }: WatchOptions): Promise<number> {
  const { id, name } = await watchTarget(meant, { library, node: place.node, signal });
  const first = `${place.gateway}${videoPath(id, name)}`;
  const bytes = await untilReadable(first, signal);
  // What it is called is known by now, if anybody said it.
  const { fileName = "", title = name } = (await library.get(id)) ?? {};
  const address = `${place.gateway}${videoPath(id, fileName || title)}`;
  const playlist = `${place.gateway}${playlistPath(id)}`;
  output.stop();
  const played = flags.hls === true ? playlist : address;
  output.result(played, { id: hexOf(id), idBase32: toBase32(id), title, bytes, address, playlist });
  if (flags.player !== undefined) return await play(flags.player, played, { signal, isJson: output.isJson });
  if (flags.open === true) await openInBrowser(played);
  if (place.close === undefined) return EXIT.done;
  output.notice(`"${titleText(title)}" can be watched there until Ctrl-C`);
  await aborted(signal);
  return EXIT.done;
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}
