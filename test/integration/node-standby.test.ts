import { expect, test } from "vitest";
import { madeVideo } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { type Lie, lyingLibrary } from "./support/lying-library.ts";
import { type TestNode, testNode } from "./support/running-node.ts";
import { until } from "./support/waiting.ts";

const MIB = 1_048_576;
const VIDEO = madeVideo(3 * MIB + 300, 12);
const { id, geometry } = VIDEO.manifest;

async function holder(lie?: Lie): Promise<TestNode> {
  const node = await testNode({}, tempFolder(), (library) =>
    lie === undefined ? library : lyingLibrary(library, lie),
  );
  const store = await node.library.receive(VIDEO.manifest, VIDEO.lastLeaf);
  for (let chunk = 0; chunk < geometry.chunks; chunk++) await store.write(chunk, VIDEO.chunk(chunk));
  await store.close();
  return node;
}

/** A node with streams open to all of these. */
async function viewer(others: readonly TestNode[]): Promise<TestNode> {
  const node = await testNode({ join: others.map(({ address }) => address) });
  node.node.standBy();
  await until("all are neighbours", () => node.node.status().peers.length === others.length);
  // The streams are open a moment later; asking them before is no harm.
  await new Promise((resolve) => setTimeout(resolve, 500));
  return node;
}

async function bytesOf(node: TestNode, start: number, end: number): Promise<Buffer> {
  const viewing = await node.node.watch({ id });
  const pieces: Uint8Array[] = [];
  for await (const piece of viewing.reader({ bytesPerSecond: 500_000 }).read(start, end)) pieces.push(piece.slice());
  await viewing.close();
  return Buffer.concat(pieces);
}

test("neighbours with a stream open are asked beside the search: those that have nothing are not named as holders", async () => {
  const others = [await testNode(), await holder(), await testNode()];
  const node = await viewer(others);
  const viewing = await node.node.watch({ id });
  expect(viewing.progress()?.holders.map(({ peer }) => peer)).toEqual([others[1]?.node.peerId]);
  await viewing.close();
  for (const [start, end] of [
    [0, geometry.bytes],
    [2 * MIB + 5, 2 * MIB + 100_000],
  ] as const)
    expect(Buffer.compare(await bytesOf(node, start, end), VIDEO.content.subarray(start, end))).toBe(0);
});

test.each<Lie>(["flipped-bit", "other-chunk", "everything"])(
  "a neighbour that sends wrong bytes in the first breath (%s) is refused, and a player has the right ones",
  async (lie) => {
    const others = [await holder(lie), await holder()];
    const node = await viewer(others);
    const viewing = await node.node.watch({ id });
    const pieces: Uint8Array[] = [];
    for await (const piece of viewing.reader({ bytesPerSecond: 500_000 }).read(0, geometry.bytes))
      pieces.push(piece.slice());
    expect(Buffer.compare(Buffer.concat(pieces), VIDEO.content)).toBe(0);
    const [liar] = others;
    await until("it is let go", () => node.node.status().peers.every(({ peer }) => peer !== liar?.node.peerId));
    expect(viewing.progress()?.holders.find(({ peer }) => peer === liar?.node.peerId)?.state).toBe("dropped");
    await viewing.close();
  },
);

test("what no neighbour has is not found, and none of them is blamed for it", async () => {
  const node = await viewer([await testNode(), await testNode()]);
  const result = await node.node.fetch({ id: new Uint8Array(32).fill(5) }).done;
  expect(result).toMatchObject({ outcome: "not-found", progress: { holders: [] } });
});

test("what is asked for in the first breath is not asked for again", async () => {
  const others = [await holder(), await holder()];
  const node = await viewer(others);
  const viewing = await node.node.watch({ id });
  const pieces: Uint8Array[] = [];
  for await (const piece of viewing.reader({ bytesPerSecond: 500_000 }).read(0, 131_072)) pieces.push(piece.slice());
  expect(Buffer.compare(Buffer.concat(pieces), VIDEO.content.subarray(0, 131_072))).toBe(0);
  await viewing.close();
  await until("what was ordered has left", () => others.every(({ node: one }) => one.status().uploadedBytes > 0));
  const sent = others.reduce((sum, { node: one }) => sum + one.status().uploadedBytes, 0);
  // All that a player's start fetches ahead, a manifest, and the last leaf of both; nothing of it twice.
  expect(sent).toBeLessThan(geometry.bytes + 70_000);
});
