import { existsSync } from "node:fs";
import { describe, expect } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import { formatLink } from "../../src/core/content/link.ts";
import { CardumeError } from "../../src/core/errors.ts";
import { sha256 } from "../../src/runtime/crypto.ts";
import { connectedPeer, foundVideo, type ScriptedFetch } from "../unit/gateway/scripted-node.ts";
import { type ServedNode, serveNode } from "../unit/gateway/served-node.ts";
import { CliLibrary, digestOf, expectOneLine, jsonLines, noise } from "./support/library-cli.ts";
import { addOne } from "./support/library-stage.ts";
import { type Stage, test } from "./support/stage.ts";

const FILM = noise(3_000_000);
/** The id that these bytes have, whoever adds them: found out once, in a library of its own. */
let filmId: Uint8Array | undefined;

async function idOfFilm(stage: Stage): Promise<Uint8Array> {
  if (filmId === undefined) {
    const { library } = await serveNode(stage.path("elsewhere"));
    filmId = await addOne(library, stage.path(stage.write("elsewhere.mp4", FILM)));
  }
  return filmId;
}

/** A node from whose network the film comes, as if others had sent it. */
async function withFilm(stage: Stage): Promise<ServedNode & { readonly id: Uint8Array; readonly cli: CliLibrary }> {
  const id = await idOfFilm(stage);
  const served = await serveNode(stage.path("data"));
  const source = stage.path(stage.write("Férias.mp4", FILM));
  served.node.onFetch = (fetch: ScriptedFetch) => {
    fetch.now = {
      ...fetch.now,
      bytes: FILM.length,
      heldBytes: FILM.length,
      chunks: 3,
      heldChunks: 3,
      receivedBytes: FILM.length,
    };
    void addOne(served.library, source, { copy: true }).then(() => fetch.end("complete"));
  };
  return { ...served, id, cli: new CliLibrary(stage) };
}

describe("get", () => {
  test("fetches by id, link or title, and says where the video is", async ({ stage }) => {
    const { cli, node, id, library } = await withFilm(stage);
    node.answers = [foundVideo(id), foundVideo(id, { holder: "12D3KooWOther", title: "Ferias" })];
    const link = formatLink({ id, peers: ["/ip4/127.0.0.1/tcp/9"], name: "Férias.mp4" }, sha256);
    for (const text of [toBase32(id), Buffer.from(id).toString("hex"), link, "férias por favor"]) {
      const { stdout } = await cli.good("get", text);
      expect(stdout).toMatch(/^got {2}\w{8} {2}Férias {2}\/.*\/content {2}3\.0 MB, from 0 peers in /);
      await library.remove(id);
    }
    expect(node.targets.map((target) => ({ ...target, link: target.link?.peers }))).toEqual([
      ...[
        { id, link: undefined },
        { id, link: undefined },
        { id, link: ["/ip4/127.0.0.1/tcp/9"] },
      ],
      { id, holders: node.answers, link: undefined },
    ]);
    expect(node.asked).toEqual(["join /ip4/127.0.0.1/tcp/9", "find férias por favor"]);
  });

  test("of what is here asks nobody", async ({ stage }) => {
    const { cli, node, id, library } = await withFilm(stage);
    await addOne(library, stage.path("Férias.mp4"));
    for (const text of ["Férias", toBase32(id), toBase32(id).slice(0, 8)])
      expect((await cli.good("get", text, "--no-keep", "-o", "-")).stdoutBytes).toHaveLength(FILM.length);
    expect([node.asked, node.targets]).toEqual([[], []]);
    expect(await library.list(), "and what was here before stays").toHaveLength(1);
  });

  test("writes to a file or to standard output, with everything else on standard error", async ({ stage }) => {
    const { cli, id, library } = await withFilm(stage);
    const file = await cli.good("get", toBase32(id), "-o", "film.mp4", "--json");
    expect(digestOf(stage.readBytes("film.mp4"))).toBe(digestOf(FILM));
    expect(jsonLines(file)).toMatchObject([
      { outcome: "complete", path: stage.path("film.mp4"), isKept: true, missing: [] },
    ]);
    await library.remove(id);
    const piped = await cli.good("get", toBase32(id), "-o", "-", "--no-keep");
    expect(digestOf(piped.stdoutBytes)).toBe(digestOf(FILM));
    expect(piped.stderr).toMatch(/^got {2}/);
    expect(await library.list(), "and keeps nothing when told so").toEqual([]);
  });

  test("finds out before, not behind, that it cannot write there", async ({ stage }) => {
    const { cli, node, id } = await withFilm(stage);
    stage.write("there", "precious");
    for (const [file, says] of [
      ["there", /is there already: .*--force/],
      ["no/such/film.mp4", /no such folder/],
    ] as const) {
      const refused = await cli.run("get", toBase32(id), "-o", file);
      expectOneLine(refused, says);
      expect(refused.code).toBe(2);
    }
    expectOneLine(await cli.run("get", toBase32(id), "--no-keep"), /--no-keep needs -o/);
    expectOneLine(await cli.run("get", `cardume:${toBase32(id)}?s=1`), /this link cannot be used/);
    expectOneLine(await cli.run("get", " "), /name a video/);
    expect([node.targets, stage.read("there")]).toEqual([[], "precious"]);
    await cli.good("get", toBase32(id), "-o", "there", "--force");
    expect(digestOf(stage.readBytes("there"))).toBe(digestOf(FILM));
  });
});

describe("get that fails", () => {
  const endings: readonly (readonly [Parameters<ScriptedFetch["end"]>[0], number, RegExp])[] = [
    ["not-found", 3, /^cardume: nobody who could be asked holds "\w+"/],
    ["unreachable", 4, /was found, but no holder can be reached \(refused; too late\)/],
    [
      "missing",
      1,
      /nobody who can be reached has 4 of 9 chunks \(1-3,7\); 5\.0 MB of 9\.0 MB are kept: .* get \w{52} -o out\.mp4 goes on/,
    ],
  ];
  for (const [outcome, exitCode, says] of endings)
    test(`(${outcome}) exits with ${exitCode}, and says why`, async ({ stage }) => {
      const { node } = await serveNode(stage.path("data"));
      const id = new Uint8Array(32).fill(3);
      const holder = {
        ...{ name: "", carrier: undefined, roundTripMs: undefined },
        ...{ receivedBytes: 0, bytesPerSecond: 0, heldChunks: 0 },
        state: "gone" as const,
      };
      const holders = ["refused", "too late", "refused"].map((reason, at) => ({ ...holder, peer: `p${at}`, reason }));
      node.onFetch = (fetch) => {
        fetch.now = { ...fetch.now, bytes: 9_000_000, heldBytes: 5_000_000, chunks: 9, heldChunks: 5, holders };
        fetch.end(outcome, outcome === "missing" ? [1, 2, 3, 7] : []);
      };
      const cli = new CliLibrary(stage);
      const ended = await cli.run("get", toBase32(id), "-o", "out.mp4");
      expect(ended.code).toBe(exitCode);
      expectOneLine(ended, says);
      const json = await cli.run("get", toBase32(id), "--json");
      expect(jsonLines(json)).toMatchObject([{ outcome, isKept: true, holders: [{ reason: "refused" }, {}, {}] }]);
      expect(existsSync(stage.path("out.mp4"))).toBe(false);
    });

  test("because the disk is full exits with 5", async ({ stage }) => {
    const { node } = await serveNode(stage.path("data"));
    node.onFetch = (fetch) => fetch.fail(new CardumeError("disk-full", "the disk is full", { exitCode: 5 }));
    const ended = await new CliLibrary(stage).run("get", toBase32(new Uint8Array(32)));
    expectOneLine(ended, /^cardume: the disk is full$/m);
    expect(ended.code).toBe(5);
  });

  test("because several videos have these words lists them, and fetches none", async ({ stage }) => {
    const { node } = await serveNode(stage.path("data"));
    const [one, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    node.answers = [foundVideo(one), foundVideo(other, { title: "Férias\u001b[2J" }), foundVideo(one, { holder: "x" })];
    const { code, stderr } = await new CliLibrary(stage).run("get", "férias");
    expect([code, node.targets]).toEqual([2, []]);
    expect(stderr).toMatch(/^cardume: "férias" may be any of these: name one by its id\n/);
    expect(stderr.split("\n").slice(1, 3)).toEqual([
      `  ${toBase32(one)}  Férias  (3.0 MB, 2 holders)`,
      expect.stringMatching(/^ {2}\w{52} {2}Férias \[2J {2}\(/),
    ]);
  });

  test("at Ctrl-C keeps what came, says how to go on, and stops the node's fetch", async ({ stage }) => {
    const { node } = await serveNode(stage.path("data"));
    node.onFetch = (fetch) => {
      fetch.now = { ...fetch.now, phase: "fetching", bytes: 9_000_000, heldBytes: 5_000_000, chunks: 9, heldChunks: 5 };
    };
    const running = new CliLibrary(stage).start("get", toBase32(new Uint8Array(32).fill(3)));
    await expect.poll(() => node.running.length, { timeout: 10_000 }).toBe(1);
    // One word of progress has to have reached the command.
    await expect.poll(() => node.running[0]?.now.phase).toBe("fetching");
    await new Promise((resolve) => setTimeout(resolve, 500));
    running.kill("SIGINT");
    const ended = await running.ended;
    expectOneLine(ended, /^cardume: stopped; 5\.0 MB of 9\.0 MB are kept: .* get \w{52} goes on from there/);
    expect(ended.code).toBe(130);
    await expect.poll(() => node.running[0]?.stops).toBe(1);
  });
});

test("get that fails because somebody removed it meanwhile exits with 3, and says so", async ({ stage }) => {
  const { node } = await serveNode(stage.path("data"));
  node.onFetch = (fetch) => fetch.end("stopped", []);
  const ended = await new CliLibrary(stage).run("get", toBase32(new Uint8Array(32).fill(3)));
  expectOneLine(ended, /^cardume: it was removed meanwhile$/m);
  expect(ended.code).toBe(3);
});

describe("find", () => {
  test("counts each video's holders, for people and for programs", async ({ stage }) => {
    const { node } = await serveNode(stage.path("data"));
    const [one, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    node.answers = [
      foundVideo(other, { title: "Natal" }),
      foundVideo(one),
      foundVideo(one, { holder: "x" }),
      foundVideo(one),
    ];
    const cli = new CliLibrary(stage);
    const { stdout } = await cli.good("find", "férias", "2019", "--enough", "9");
    expect(stdout).toBe(`${toBase32(one)}\t3.0 MB\t2\tFérias\n${toBase32(other)}\t3.0 MB\t1\tNatal\n`);
    expect(await cli.json("find", "férias")).toMatchObject([
      { id: Buffer.from(one).toString("hex"), bytes: 3_000_000, holders: [{ heldChunks: 3 }, { peer: "x" }] },
      { title: "Natal" },
    ]);
    expect(node.asked).toEqual(["find férias 2019 9", "find férias"]);
  });

  test("exits with 3 when nobody has it, and says whether there was anybody to ask", async ({ stage }) => {
    const { node } = await serveNode(stage.path("data"));
    const cli = new CliLibrary(stage);
    const alone = await cli.run("find", "nothing");
    expectOneLine(alone, /"nothing" was not found: no other peer could be reached/);
    node.peers = [connectedPeer()];
    const asked = await cli.run("find", "nothing", "--json", "--join", "203.0.113.9:1");
    expect([alone.code, asked.code, asked.stdout]).toEqual([3, 3, ""]);
    expect(asked.stderr).toBe('cardume: /ip4/203.0.113.9/tcp/1 cannot be reached\ncardume: "nothing" was not found\n');
  });
});

describe("the running node", () => {
  test("is shown, joined and told to announce", async ({ stage }) => {
    const { node } = await serveNode(stage.path("data"));
    const cli = new CliLibrary(stage);
    expect((await cli.run("peers")).stderr).toMatch(/no peer is connected: cardume join/);
    node.peers = [connectedPeer({ roundTripMs: 12 }), connectedPeer({ peer: "12D3KooWOther", isNeighbour: false })];
    const { stdout } = await cli.good("status");
    expect(stdout).toMatch(/^peer id {2,}12D3KooWScripted\nname {2,}sala\naddresses {2,}\/ip4.*\n/);
    expect(stdout).toMatch(/^neighbours {2,}1, of 2 connected peers, of 7 known$/m);
    expect(stdout).toMatch(/^wrong-bytes {2,}2$/m);
    expect(await cli.json("status")).toMatchObject([
      { startedAt: "2023-11-14T22:13:20.000Z", peers: [{ roundTripMs: 12 }, {}] },
    ]);
    expect((await cli.good("peers")).stdout.split("\n")[0]).toBe(
      "12D3KooWHolder\tquarto\tneighbour\toutbound, join\t12 ms\t/ip4/127.0.0.1/tcp/4471",
    );
    expect(await cli.json("peers")).toMatchObject([{ peer: "12D3KooWHolder" }, { roundTripMs: null }]);
    expect((await cli.good("join", "127.0.0.1:4471")).stdout).toBe("connected to /ip4/127.0.0.1/tcp/4471\n");
    const [unreachable, off] = [await cli.run("join", "203.0.113.9:1"), await cli.run("announce")];
    expect([unreachable.code, off.code]).toEqual([4, 2]);
    expectOneLine(off, /without --dht/);
    const wrong = await cli.run("join", "nonsense");
    expectOneLine(wrong, /"nonsense" is not an address/);
    expect(wrong.code).toBe(2);
  });

  test("is needed for status, peers, join and announce, which exit with 3 without one", async ({ stage }) => {
    const cli = new CliLibrary(stage);
    for (const args of [["status"], ["peers"], ["join", "127.0.0.1:1"], ["announce"]]) {
      const ended = await cli.run(...args);
      expectOneLine(ended, /no node runs for the library in .*data: cardume up starts one/);
      expect(ended.code).toBe(3);
    }
    expect(existsSync(stage.path("data"))).toBe(false);
  });
});
