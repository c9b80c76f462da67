import { heldVideo, searchAll, startFish } from "./fish.ts";

// A node on a network of its own: `lan-child.ts FOLDER HOLDS WANTS`. It knows nobody, holds one video of the title HOLDS, and
// says READY with its peer id, NEIGHBOUR for each that it gets, and FOUND with the holder once another has WANTS.
const [folder = "", holds = "", wants = ""] = process.argv.slice(2);
const fish = await startFish({ folder, listen: [":0"], mdns: true, join: [], videos: [heldVideo(7, holds)] });
fish.links.listen({
  opened: ({ peer }) => {
    console.log(`NEIGHBOUR ${peer}`);
    void find(peer);
  },
});
console.log(`READY ${fish.peer}`);
process.once("SIGTERM", () => void fish.stop().then(() => process.exit(0)));

/** Asks until somebody has it: a neighbour may come before it has found out itself. */
async function find(neighbour: string): Promise<void> {
  const [found] = await searchAll(fish, { kind: "words", words: wants }, 1);
  const via = fish.neighbours.peers().find(({ peer }) => peer === neighbour)?.via;
  if (found !== undefined) console.log(`FOUND ${found.record.peer} ${via}`);
}
