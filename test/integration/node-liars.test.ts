import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { someBytes } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { type Lie, lyingLibrary } from "./support/lying-library.ts";
import { addFile, bytesOf, fetched, type TestNode, testNode } from "./support/running-node.ts";

const MIB = 1_048_576;
const LIES: readonly Lie[] = ["flipped-bit", "other-chunk", "silence", "not-held", "everything"];

const holderOf = async (path: string, lie?: Lie): Promise<TestNode & { readonly id: Uint8Array }> => {
  const share = lie === undefined ? undefined : (library: TestNode["library"]) => lyingLibrary(library, lie);
  const holder = await testNode({}, tempFolder(), share);
  return { ...holder, id: await addFile(holder.library, path) };
};

describe("half of ten holders lie, each in its own way", () => {
  test("and the video is bit-exact, each liar is named, and little was received in vain", async () => {
    const bytes = 256 * MIB + 77;
    const path = join(tempFolder(), "film.bin");
    const content = someBytes(bytes, 3);
    writeFileSync(path, content);
    const honest = await Promise.all([1, 2, 3, 4, 5].map(() => holderOf(path)));
    const liars = await Promise.all(LIES.map((lie) => holderOf(path, lie)));
    const join_ = [...honest, ...liars].map(({ address }) => address);
    const client = await testNode({ join: join_ });
    const result = await client.node.fetch({
      id: honest[0]?.id as Uint8Array,
      holders: [...liars, ...honest].map(({ node, id }) => ({
        ...{ id, bytes, title: "film", heldChunks: 257 },
        ...{ holder: node.peerId, addresses: node.addresses() },
      })),
    }).done;
    expect(result.outcome).toBe("complete");
    expect(Buffer.compare(await bytesOf(client.library, honest[0]?.id as Uint8Array), content)).toBe(0);
    expect(result.progress.receivedBytes).toBeLessThanOrEqual(1.2 * bytes);
    const dropped = result.progress.holders.filter(({ state }) => state === "dropped").map(({ peer }) => peer);
    const wrong = liars.filter((_, index) => ["flipped-bit", "other-chunk", "everything"].includes(LIES[index] as Lie));
    for (const { node } of wrong) expect(dropped).toContain(node.peerId);
    for (const { node } of honest) expect(dropped).not.toContain(node.peerId);
    // Whoever sent wrong bytes is remembered, and not asked again.
    const again = await fetched(client.node, new Uint8Array(32).fill(1));
    expect(again.outcome).toBe("not-found");
    const connected = client.node.status().peers.map(({ peer }) => peer);
    for (const { node } of wrong) expect(connected).not.toContain(node.peerId);
  });
});

test("a liar that is the only holder is told apart from a holder that cannot be reached", async () => {
  const path = join(tempFolder(), "film.bin");
  writeFileSync(path, someBytes(3 * MIB, 4));
  const liar = await holderOf(path, "flipped-bit");
  const client = await testNode({ join: [liar.address] });
  const result = await fetched(client.node, liar.id);
  expect(result.outcome).not.toBe("complete");
  expect(result.progress.holders).toMatchObject([
    { state: "dropped", reason: "it sent a size that its last leaf does not prove" },
  ]);
  expect((await client.library.get(liar.id))?.held ?? 0).toBe(0);
});

test("a fetch is over when all is here, also while somebody is silent who was asked to prove the size", async () => {
  const path = join(tempFolder(), "film.bin");
  const bytes = 3 * MIB;
  writeFileSync(path, someBytes(bytes, 5));
  const silent = await holderOf(path, "silence");
  const honest = await testNode({}, tempFolder(), openedLate);
  const id = await addFile(honest.library, path);
  const client = await testNode({ join: [silent.address, honest.address] });
  const fetch = client.node.fetch({
    id,
    holders: [silent, honest].map(({ node }) => ({
      ...{ id, bytes, title: "film", heldChunks: 3 },
      ...{ holder: node.peerId, addresses: node.addresses() },
    })),
  });
  await expect.poll(() => fetch.progress().heldChunks, { timeout: 10_000, interval: 10 }).toBe(3);
  const heldAtMs = performance.now();
  expect((await fetch.done).outcome).toBe("complete");
  expect(performance.now() - heldAtMs).toBeLessThan(3000);
});

/** A library that takes its time to open a video: another holder is asked first. */
function openedLate(library: TestNode["library"]): TestNode["library"] {
  const open = library.open.bind(library);
  library.open = async (id) => {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return open(id);
  };
  return library;
}
