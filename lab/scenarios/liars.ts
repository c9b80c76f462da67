import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromBase32 } from "../../src/core/content/base32.ts";
import type { Lab } from "../lab.ts";
import type { LabNode } from "../lab-node.ts";
import { Program } from "../program.ts";
import { atMost, type Outcome, type Scenario, so } from "../scenario.ts";
import { line } from "../shaping/link-shape.ts";
import { watchFetch } from "../watched-fetch.ts";
import { outcomeOf } from "./fetched.ts";
import { isSameAs, shoalOf } from "./holders.ts";

const LIAR = fileURLToPath(new URL("../liar.ts", import.meta.url));
/** Those that send wrong bytes or what is no protocol are to be named; the others may have been only slow. */
const LIES = ["flipped-bit", "other-chunk", "silent", "mid-chunk", "claims-all"] as const;
const WRONG: readonly string[] = ["flipped-bit", "other-chunk"];
const MOST_RECEIVED = 1.2;

/** Starts a liar. @returns its address */
async function startLiar(lab: Lab, lie: string, file: string, manifest: string): Promise<string> {
  const program = lab.run(new Program(process.execPath, [LIAR, lie, file, manifest]));
  return (await program.says(/^\/ip4\/\S+/m))[0];
}

async function run(lab: Lab): Promise<Outcome> {
  const honest = Array.from({ length: 5 }, () => line(100, 5));
  const { id, path, bytes, holders, client } = await shoalOf(lab, 256, honest);
  const hex = Buffer.from(fromBase32(id) as Uint8Array).toString("hex");
  const manifest = join((holders[0] as LabNode).folder, "videos", hex, "manifest");
  const addresses: string[] = [];
  for (const lie of LIES) addresses.push(await startLiar(lab, lie, path, manifest));
  const lieOf = new Map(
    addresses.map((address, index) => [address.split("/p2p/")[1] as string, LIES[index] as string]),
  );
  // The client is told of all ten, the liars first.
  const all = [...addresses, ...holders.map(({ address }) => address)].map((address) => ({
    ...{ id, bytes, title: "film", heldChunks: Math.ceil(bytes / 1_048_576) },
    ...{ holder: address.split("/p2p/")[1] as string, addresses: [address] },
  }));
  const fetch = await watchFetch(client, id, () => {}, all);
  const { receivedBytes, holders: parts } = fetch.result.progress;
  const liars = parts.filter(({ peer }) => lieOf.has(peer));
  const named = liars.filter(({ state }) => state === "dropped").map(({ peer }) => lieOf.get(peer) as string);
  const outcome = outcomeOf(
    lab,
    fetch,
    [
      so("complete", fetch.result.outcome === "complete"),
      so("bit-exact", await isSameAs(lab, client, id, path)),
      atMost("received, of its bytes", receivedBytes / bytes, MOST_RECEIVED),
      so(
        "who sent wrong bytes is named and dropped",
        WRONG.every((lie) => named.includes(lie)),
      ),
      so(
        "no honest holder is",
        parts.every(({ peer, state }) => state !== "dropped" || lieOf.has(peer)),
      ),
      atMost("most MiB taken of one liar", Math.max(0, ...liars.map((one) => one.receivedBytes)) / 1_048_576, 4),
    ],
    { receivedShare: receivedBytes / bytes, named: named.length },
  );
  const names = new Map([...lieOf].map(([peer, lie]) => [peer.slice(-8), lie]));
  return { ...outcome, rows: outcome.rows.map(([name = "", ...row]) => [names.get(name) ?? name, ...row]) };
}

/** Half of ten holders lie, each in its own way. */
export const liars: Scenario = {
  name: "liars",
  about: "ten holders, five of them liars: bit-exact, at most 1.2 times its bytes received, wrong senders named",
  run,
};
