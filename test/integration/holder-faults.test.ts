import { createHash } from "node:crypto";
import { describe, expect } from "vitest";
import type { Running } from "./support/running.ts";
import { type PeerProcess, type Stage, test } from "./support/stage.ts";
import { pause, until } from "./support/waiting.ts";

const COUNT = 20_000;
const film = Buffer.alloc(1024 * COUNT - 500);
for (let at = 0; at + 4 <= film.length; at += 4) film.writeUInt32BE(at, at);

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** So many peers share the film, each chunk with two of them (or one, of one); the first is the contact. */
async function shareFilm(stage: Stage, peers: number): Promise<PeerProcess[]> {
  stage.write("film", film);
  const copies = `${Math.min(2, peers)}`;
  const split = ["split", "film", "--peers", `${peers}`, "--copies", copies, "--in-place", "--out", "kv"];
  expect((await stage.run(split)).code).toBe(0);
  const addresses = Array.from({ length: peers }, (_, index) => stage.address(5001 + index));
  const started = addresses.map((_, index) => {
    const neighbours = index === 0 ? addresses.slice(1) : [addresses[0] as string];
    return stage.peer(5001 + index, `kv/key-values-files_peer${index + 1}`, ...neighbours);
  });
  return await Promise.all(started);
}

const fetchFilm = (stage: Stage): Running =>
  stage.cardume(["client", stage.address(5001), `1-${COUNT}`, "--join", "got", "--json"]);

const chunksCome = (client: Running): number => client.stdout.split('"event":"chunk"').length - 1;

async function expectFilm(stage: Stage, client: Running): Promise<void> {
  const { code, stdout, stderr } = await client.ended;
  expect(code, `${stderr}${stdout.slice(-2000)}`).toBe(0);
  expect(sha256(stage.readBytes("got"))).toBe(sha256(film));
}

describe("in the midst of a fetch", () => {
  test("a holder that is killed costs no chunk that another has", async ({ stage }) => {
    const peers = await shareFilm(stage, 3);
    const client = fetchFilm(stage);
    await until("a twentieth has come", () => chunksCome(client) > COUNT / 20);
    (peers[1] as PeerProcess).process.kill("SIGKILL");
    expect(chunksCome(client), "this is the midst").toBeLessThan(COUNT);
    await expectFilm(stage, client);
  });

  test("even the contact may be killed, once it has told of the others", async ({ stage }) => {
    const peers = await shareFilm(stage, 3);
    const client = fetchFilm(stage);
    await until("a twentieth has come", () => chunksCome(client) > COUNT / 20);
    (peers[0] as PeerProcess).process.kill("SIGKILL");
    await expectFilm(stage, client);
  });

  test("the only holder may stop for two seconds and go on", async ({ stage }) => {
    const [peer] = (await shareFilm(stage, 1)) as [PeerProcess];
    const client = fetchFilm(stage);
    await until("a twentieth has come", () => chunksCome(client) > COUNT / 20);
    peer.process.kill("SIGSTOP");
    await pause(2000);
    expect(client.isOver, "it waits").toBe(false);
    peer.process.kill("SIGCONT");
    await expectFilm(stage, client);
  });

  test("one of two holders may stop for good: the other is asked", async ({ stage }) => {
    const [, second] = (await shareFilm(stage, 2)) as [PeerProcess, PeerProcess];
    const client = fetchFilm(stage);
    await until("a twentieth has come", () => chunksCome(client) > COUNT / 20);
    second.process.kill("SIGSTOP");
    await expectFilm(stage, client);
    expect((await client.ended).ms, "nobody waits out all repeats of a holder that another can replace").toBeLessThan(
      5000,
    );
  });
});
