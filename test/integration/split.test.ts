import { createHash } from "node:crypto";
import { describe, expect } from "vitest";
import { numbers } from "./support/noise.ts";
import type { Ended } from "./support/running.ts";
import { type Stage, test } from "./support/stage.ts";

function noise(length: number): Buffer {
  const next = numbers(length);
  return Buffer.from(Array.from({ length }, () => next(256)));
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The command lines that split printed, moved from 127.0.0.1 to the stage's address, where ports are free. */
const printedCommands = (stage: Stage, { stdout }: Ended): string[] =>
  stdout
    .split("\n")
    .filter((line) => line.startsWith("  "))
    .map((line) => line.trim().replaceAll("127.0.0.1:", `${stage.ip}:`));

/** Pastes a command into a shell. */
const paste = (stage: Stage, command: string): ReturnType<Stage["start"]> =>
  stage.start("sh", ["-c", `exec ${command}`]);

/** Cuts a file, pastes every printed command into a shell, and compares what came back. */
async function goRound(stage: Stage, name: string, film: Buffer, ...options: string[]): Promise<Ended> {
  stage.write(name, film);
  const split = await stage.run(["split", ...options, "--", name]);
  expect(split.code, split.stderr).toBe(0);
  const commands = printedCommands(stage, split);
  const peers = commands.slice(0, -1).map((command) => paste(stage, command));
  await Promise.all(peers.map((peer) => peer.says(/is listening/)));
  const fetch = await paste(stage, commands.at(-1) as string).ended;
  expect(fetch.code, fetch.stderr).toBe(0);
  expect(sha256(stage.readBytes(`fetched-${name}`))).toBe(sha256(film));
  return split;
}

/** The ids of every key-values file that split wrote. */
const idsOf = (stage: Stage, folder: string): number[][] =>
  stage
    .list(folder)
    .filter((name) => name.startsWith("key-values-files_peer"))
    .map((name) => Array.from(stage.read(`${folder}/${name}`).matchAll(/^(\d+):/gm), ([, id]) => Number(id)));

describe.concurrent("a file that is split and fetched back with the printed commands is the same", () => {
  for (const inPlace of [[], ["--in-place"]])
    for (const [chunkBytes, length] of [
      [1, 700],
      [1000, 12_345],
      [1024, 10 * 1024],
      [65_000, 200_001],
    ] as const)
      test(`in chunks of ${chunkBytes} ${inPlace.length > 0 ? "in place" : "as files"}`, async ({ stage }) => {
        const options = ["--peers", "2", "--chunk-bytes", `${chunkBytes}`, ...inPlace];
        const { stdout } = await goRound(stage, "film.mp4", noise(length), ...options);
        const chunks = Math.ceil(length / chunkBytes);
        expect(stdout).toContain(`ids 1-${chunks}`);
        const held = idsOf(stage, "film-chunks")
          .flat()
          .sort((a, b) => a - b);
        expect(held).toEqual(Array.from({ length: chunks }, (_, index) => index + 1));
        const files = stage.list("film-chunks").filter((name) => name.endsWith(".m4s"));
        expect(files).toHaveLength(inPlace.length > 0 ? 0 : chunks);
      });

  const NAMES = [
    "two words.mp4",
    'it\'s "the" film.mp4',
    "émission №1 🐟.mp4",
    "-dash.mp4",
    "100%.$HOME.`id`",
    ".hidden",
  ];
  for (const name of [...NAMES, "a: b#bytes=0-3.mp4"])
    for (const inPlace of [[], ["--in-place"]])
      test(`when its name is ${name}${inPlace.length > 0 ? ", in place" : ""}`, async ({ stage }) => {
        await goRound(stage, name, noise(3000), "--peers", "2", ...inPlace);
      });

  test("from nine peers, too many for a ring", async ({ stage }) => {
    await goRound(stage, "film.mp4", noise(20_000), "--peers", "9", "--in-place");
  });
});

describe.concurrent("split deals", () => {
  test("each chunk to as many peers as --copies says, evenly", async ({ stage }) => {
    stage.write("film.mp4", noise(10_000));
    const { code } = await stage.run(["split", "film.mp4", "--peers", "5", "--chunk-bytes", "100", "--copies", "3"]);
    expect(code).toBe(0);
    const hands = idsOf(stage, "film-chunks");
    expect(hands.map((hand) => hand.length)).toEqual([60, 60, 60, 60, 60]);
    for (let id = 1; id <= 100; id++) expect(hands.filter((hand) => hand.includes(id))).toHaveLength(3);
  });

  test("a file in as many chunks as there are ids, and no more", async ({ stage }) => {
    stage.write("film", Buffer.alloc(65_535));
    const args = ["split", "film", "--peers", "1", "--chunk-bytes", "1", "--in-place"];
    expect((await stage.run(args)).code).toBe(0);
    stage.write("film", Buffer.alloc(65_536));
    expect((await stage.run(args)).code).toBe(2);
  });

  test("into the folder that --out names, by a path that peers started here can follow", async ({ stage }) => {
    stage.write("film.mp4", "some film");
    await stage.run(["split", "film.mp4", "--peers", "1", "--out", "deep/er"]);
    expect(stage.list("deep/er")).toEqual(["film_1.m4s", "key-values-files_peer1"]);
    const { process } = await stage.peer(5001, "deep/er/key-values-files_peer1");
    expect(process.stdout).toContain("holds 1 chunk: 1");
  });
});
