import { existsSync, mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { serveNode } from "../unit/gateway/served-node.ts";
import { CliLibrary, digestOf, flipBit, furnishVideos, noise } from "./support/library-cli.ts";
import type { Ended } from "./support/running.ts";
import { type Stage, test } from "./support/stage.ts";

/** What a person sees of a command, without what differs from run to run. */
interface Seen {
  readonly line: string;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const VARYING: readonly (readonly [RegExp, string])[] = [
  [/ in [\d.]+ (ms|s|min)(, [\d.]+ .?B\/s)?/g, " in TIME"],
  [/"(addedAt|verifiedAt|madeAt)":"[^"]+"/g, '"$1":"TIME"'],
  [/\d{4}-\d{2}-\d{2} \d{2}:\d{2}/g, "TIME"],
  [/by=[a-z2-7]{52}|(?<="publisher":")[0-9a-f]{64}/g, "KEY"],
  [/c=[a-z2-7]{4}/g, "c=CHECK"],
];

const seen = (stage: Stage, line: string, { code, stdout, stderr }: Ended): Seen => {
  const plain = (text: string): string =>
    VARYING.reduce((rest, [pattern, word]) => rest.replace(pattern, word), text.replaceAll(stage.folder, "STAGE"));
  return { line, code, stdout: plain(stdout), stderr: plain(stderr) };
};

/** Everything that the commands of a library do, one after the other, in one stage. */
async function everything(stage: Stage): Promise<Seen[]> {
  const library = new CliLibrary(stage);
  mkdirSync(stage.path("data"), { recursive: true });
  furnishVideos(stage, "videos");
  stage.write("own.mp4", noise(3_000_000));
  stage.write("tiny.mp4", noise(64));
  stage.write("there", "precious");
  mkdirSync(stage.path("out"));
  const all: Seen[] = [];
  const run = async (...args: string[]): Promise<Ended> => {
    const ended = await library.run(...args);
    all.push(seen(stage, args.join(" "), ended));
    return ended;
  };
  await run("ls");
  await run("add", "videos", "no such file.mp4", "tiny.mp4");
  await run("add", "videos", "--json");
  await run("add", "own.mp4", "--copy", "--title", "Férias 2019");
  await run("add", "no such file.mp4");
  await run("ls");
  await run("ls", "ferias", "--json");
  await run("ls", "nothing like it");
  await run("show", "Férias 2019");
  await run("show", "Férias 2019", "--json");
  await run("show", "nothing");
  await run("link", "Natal 2019");
  await run("verify");
  await run("verify", "Natal 2019", "--json");
  await run("export", "Férias 2019", "out");
  await run("export", "Férias 2019", "there");
  await run("export", "Férias 2019", "there", "--force", "--json");
  await run("export", "Natal 2019", "videos/Natal 2019.mkv", "--force");
  await run("export", "Natal 2019", "no/such/folder");
  const piped = await run("export", "Férias 2019", "-");
  expect(digestOf(piped.stdoutBytes)).toBe(digestOf(stage.readBytes("own.mp4")));
  expect(digestOf(stage.readBytes("there"))).toBe(digestOf(stage.readBytes("own.mp4")));
  const [video] = (await library.json("show", "Férias 2019")) as [{ id: string }];
  flipBit(stage.path(`data/videos/${video.id}/content`), 2_500_000);
  await run("export", "Férias 2019", "half");
  await run("verify", "Férias 2019");
  await run("rm", "Natal 2019", "--files");
  await run("rm", "Férias 2019", "--json");
  await run("rm", "Férias 2019");
  await run("ls", "--json");
  expect([existsSync(stage.path("half")), existsSync(stage.path("videos/Natal 2019.mkv"))]).toEqual([false, false]);
  return all;
}

describe("the commands of a library", () => {
  test("say and do the same whether or not a node has it", async ({ stage }) => {
    const plain = await everything(stage);
    for (const name of stage.list()) rmSync(stage.path(name), { recursive: true });
    const { node } = await serveNode(stage.path("data"));
    const served = await everything(stage);
    expect(served).toEqual(plain);
    expect(plain.map(({ code }) => code)).toContain(3);
    expect(await node.library.list()).toHaveLength(3);
  });

  test("may be run at the same time, which without a node they may not", async ({ stage }) => {
    await serveNode(stage.path("data"));
    const library = new CliLibrary(stage);
    for (let at = 0; at < 6; at++) stage.write(`${at}.mp4`, noise(100_000 + at));
    const added = await Promise.all(Array.from({ length: 6 }, (_, at) => library.run("add", `${at}.mp4`)));
    expect(added.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await library.json("ls")).toHaveLength(6);
  });

  test("end at Ctrl-C, and the node ends what they began", async ({ stage }) => {
    const { folder } = await serveNode(stage.path("data"));
    const library = new CliLibrary(stage);
    writeFileSync(stage.path("big.mp4"), "");
    truncateSync(stage.path("big.mp4"), 20 * 2 ** 30);
    const running = library.start("add", "big.mp4");
    await expect
      .poll(() => library.folders().some((name) => name.startsWith(".adding")), { timeout: 10_000 })
      .toBe(true);
    running.kill("SIGINT");
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([130, expect.stringMatching(/^cardume: stopped: 0 added/)]);
    await expect.poll(() => library.folders(), { timeout: 10_000 }).toEqual([]);
    expect(folder).toBe(stage.path("data"));
  });

  test("write what they export themselves, with the rights of the one who asks", async ({ stage }) => {
    const { library } = await serveNode(stage.path("data"));
    stage.write("film.mp4", noise(100_000));
    const cli = new CliLibrary(stage);
    await cli.good("add", "film.mp4");
    const shell = cli.shell("umask 077; cardume export film private.mp4 && stat -c %a private.mp4");
    expect((await shell.ended).stdout).toMatch(/600\n$/);
    expect(await library.list()).toHaveLength(1);
  });
});
