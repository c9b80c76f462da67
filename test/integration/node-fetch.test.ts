import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isLinkProblem, parseLink } from "../../src/core/content/link.ts";
import { sha256 } from "../../src/runtime/crypto.ts";
import { someBytes } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { addFile, bytesOf, fetched, testNode } from "./support/running-node.ts";

const MIB = 1_048_576;

/** A file of a test, with bytes of its own. */
function madeFile(bytes: number, name = "film.bin", seed = 1): { path: string; content: Uint8Array } {
  const path = join(tempFolder(), name);
  const content = someBytes(bytes, seed);
  writeFileSync(path, content);
  return { path, content };
}

describe("a fetch from one holder", () => {
  test.for([1, 16_384, 100_000, MIB, MIB + 1, 5 * MIB + 70_007])("of %i bytes brings them all", async (bytes) => {
    const { path, content } = madeFile(bytes);
    const holder = await testNode();
    const id = await addFile(holder.library, path);
    const client = await testNode({ join: [holder.address] });
    const result = await fetched(client.node, id);
    expect(result).toMatchObject({ outcome: "complete", missing: [] });
    expect(Buffer.compare(await bytesOf(client.library, id), content)).toBe(0);
    expect(result.progress.holders).toMatchObject([{ peer: holder.node.peerId, carrier: "direct" }]);
    expect((await client.library.get(id))?.title).toBe("film.bin");
  });

  test("works over libp2p's own streams where there is no direct carrier", async () => {
    const { path, content } = madeFile(3 * MIB + 5);
    const holder = await testNode({ directPort: undefined });
    const id = await addFile(holder.library, path);
    const client = await testNode({ join: [holder.address] });
    const result = await fetched(client.node, id);
    expect(result.progress.holders).toMatchObject([{ carrier: "libp2p" }]);
    expect(Buffer.compare(await bytesOf(client.library, id), content)).toBe(0);
  });

  test("needs nothing but the link that the holder gave", async () => {
    const { path, content } = madeFile(2 * MIB);
    const holder = await testNode();
    const id = await addFile(holder.library, path);
    const link = parseLink(await holder.library.link(id), sha256);
    if (isLinkProblem(link)) throw new Error(link.problem);
    expect(link.peers).toEqual(holder.node.addresses());
    const client = await testNode();
    expect((await client.node.fetch({ id, link }).done).outcome).toBe("complete");
    expect(Buffer.compare(await bytesOf(client.library, id), content)).toBe(0);
    await holder.node.close();
    expect(await holder.library.link(id)).not.toContain("p=");
  });

  test("of what is here already touches no network", async () => {
    const { path } = madeFile(1000);
    const holder = await testNode();
    const id = await addFile(holder.library, path);
    const result = await fetched(holder.node, id);
    expect(result).toMatchObject({ outcome: "complete", progress: { receivedBytes: 0, holders: [] } });
  });

  test("of what nobody has is not found", async () => {
    const holder = await testNode();
    const client = await testNode({ join: [holder.address] });
    expect(await fetched(client.node, new Uint8Array(32).fill(7))).toMatchObject({ outcome: "not-found" });
  });
});

describe("a fetch from many", () => {
  test("takes from each, and finds them through one contact", async () => {
    const { path, content } = madeFile(40 * MIB + 3);
    const contact = await testNode();
    const holders = await Promise.all([1, 2, 3].map(() => testNode({ join: [contact.address] })));
    const ids = await Promise.all(holders.map(({ library }) => addFile(library, path)));
    const id = ids[0] as Uint8Array;
    const client = await testNode({ join: [contact.address] });
    const result = await fetched(client.node, id);
    expect(result.outcome).toBe("complete");
    expect(Buffer.compare(await bytesOf(client.library, id), content)).toBe(0);
    const from = result.progress.holders.filter(({ receivedBytes }) => receivedBytes > 0);
    expect(from.map(({ peer }) => peer).sort()).toEqual(holders.map(({ node }) => node.peerId).sort());
  });

  test("goes on where it was stopped", async () => {
    const { path, content } = madeFile(24 * MIB);
    const holder = await testNode({ uploadBytesPerSecond: 8 * MIB });
    const id = await addFile(holder.library, path);
    const client = await testNode({ join: [holder.address] });
    const first = client.node.fetch({ id });
    while (first.progress().heldChunks < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    first.stop();
    expect(await first.done).toMatchObject({ outcome: "stopped" });
    const held = (await client.library.get(id))?.held ?? 0;
    expect(held).toBeGreaterThanOrEqual(3);
    await client.stop();
    const again = await testNode({ join: [holder.address] }, client.folder);
    const result = await fetched(again.node, id);
    expect(result.outcome).toBe("complete");
    expect(result.progress.receivedBytes).toBeLessThanOrEqual((24 - held) * MIB);
    expect(Buffer.compare(await bytesOf(again.library, id), content)).toBe(0);
  });

  test("goes on with those who are left when a holder dies", async () => {
    const { path, content } = madeFile(30 * MIB);
    const holders = await Promise.all([1, 2].map(() => testNode({ uploadBytesPerSecond: 12 * MIB })));
    const ids = await Promise.all(holders.map(({ library }) => addFile(library, path)));
    const id = ids[0] as Uint8Array;
    const client = await testNode({ join: holders.map(({ address }) => address) });
    const run = client.node.fetch({ id });
    while (run.progress().heldChunks < 4) await new Promise((resolve) => setTimeout(resolve, 10));
    await holders[0]?.stop();
    expect((await run.done).outcome).toBe("complete");
    expect(Buffer.compare(await bytesOf(client.library, id), content)).toBe(0);
  });
});

test("subtitle files come along with their video, and are not listed by themselves", async () => {
  const { path } = madeFile(2 * MIB, "Férias.bin");
  const film = path.replace(/bin$/, "mp4");
  writeFileSync(film, someBytes(70_000, 9));
  writeFileSync(film.replace(/mp4$/, "pt.vtt"), "WEBVTT\n\n00:00.000 --> 00:01.000\nOlá\n");
  const holder = await testNode();
  const id = await addFile(holder.library, film);
  const [claims] = (await holder.library.details(id)).claims;
  const subtitle = claims?.claims.subtitles[0];
  expect(subtitle?.language).toBe("pt");
  const client = await testNode({ join: [holder.address] });
  expect((await fetched(client.node, id)).outcome).toBe("complete");
  expect(await client.library.list()).toHaveLength(1);
  expect((await client.library.get(subtitle?.id as Uint8Array))?.state).toBe("complete");
  expect((await bytesOf(client.library, subtitle?.id as Uint8Array)).toString()).toContain("Olá");
});
