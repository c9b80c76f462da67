import { describe, expect } from "vitest";
import { type Stage, test } from "./support/stage.ts";

const COUNT = 40;
const film = Buffer.alloc(COUNT * 1000 - 300);
for (let at = 0; at < film.length; at += 4) film.writeUInt32BE(at, at);

/** Two peers that share the film in chunks of 1000 bytes, and the contact's address. */
async function sharedFilm(stage: Stage): Promise<string> {
  stage.write("film", film);
  await stage.run(["split", "film", "--peers", "2", "--chunk-bytes", "1000", "--in-place", "--out", "kv"]);
  await stage.peer(5002, "kv/key-values-files_peer2");
  const { address } = await stage.peer(5001, "kv/key-values-files_peer1", stage.address(5002));
  return address;
}

const jsonLines = (text: string): { event: string }[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string });

describe.concurrent("data and messages never mix", () => {
  test("--join - writes exactly the file to standard output, and tells of it on standard error", async ({ stage }) => {
    const contact = await sharedFilm(stage);
    const { code, stdoutBytes, stderr } = await stage.run(["client", contact, `1-${COUNT}`, "--join", "-"]);
    expect(code).toBe(0);
    expect(stdoutBytes.equals(film)).toBe(true);
    expect(stderr).toContain(`done: ${COUNT} of ${COUNT} chunks`);
    expect(
      stage.list().filter((name) => name.startsWith("chunk_")),
      "no single files",
    ).toEqual([]);
    expect(stage.list()).toContain("output-127.0.0.1.log");
  });

  test("--join - --json as well: the events go to standard error", async ({ stage }) => {
    const contact = await sharedFilm(stage);
    const { code, stdoutBytes, stderr } = await stage.run(["client", contact, `1-${COUNT}`, "--join", "-", "--json"]);
    expect(code).toBe(0);
    expect(stdoutBytes.equals(film)).toBe(true);
    expect(jsonLines(stderr).at(-1)).toMatchObject({ event: "done", received: COUNT, missing: [] });
  });

  test("--join - --out also saves the single files", async ({ stage }) => {
    const contact = await sharedFilm(stage);
    const { code, stdoutBytes } = await stage.run(["client", contact, "3-1", "--join", "-", "--out", "got"]);
    expect(code).toBe(0);
    const parts = [3, 2, 1].map((id) => film.subarray(1000 * (id - 1), 1000 * id));
    expect(stdoutBytes.equals(Buffer.concat(parts)), "in the order of the ids as given").toBe(true);
    expect(stage.list("got")).toEqual(["chunk_1.m4s", "chunk_2.m4s", "chunk_3.m4s", "output-127.0.0.1.log"]);
  });

  test("--join leaves out what did not come, and says so by its exit code", async ({ stage }) => {
    const contact = await sharedFilm(stage);
    const { code, stdoutBytes } = await stage.run(["client", contact, "1,900,2", "--join", "-"]);
    expect(code).toBe(1);
    expect(stdoutBytes.equals(film.subarray(0, 2000))).toBe(true);
    expect(stage.read("output-127.0.0.1.log")).toContain("0.0.0.0:0 - 900\n");
  });
});

describe.concurrent("--json", () => {
  test("of a fetch is one object a line, from start to done", async ({ stage }) => {
    const contact = await sharedFilm(stage);
    const { code, stdout, stderr } = await stage.run(["client", contact, "1-4,900", "--json", "--out", "got"]);
    expect(code).toBe(1);
    expect(stderr).toBe("");
    const events = jsonLines(stdout);
    expect(events[0]).toMatchObject({ event: "start", contact, chunks: 5 });
    expect(events.filter(({ event }) => event === "chunk")).toHaveLength(4);
    expect(events).toContainEqual({ event: "search-over", withoutHolder: 1 });
    expect(events.at(-1)).toMatchObject({ event: "done", received: 4, missing: [900], aborted: false });
  });

  test("of a peer is one object a line, on standard output and in its log", async ({ stage }) => {
    const kv = stage.keyValues("kv", { 2: "two", 1: "one" });
    const peer = stage.cardume(["peer", stage.address(5001), kv, stage.address(5002), "--json"]);
    await peer.says(/listening/);
    const { code, stdout, stderr } = await peer.stop();
    expect(code).toBe(0);
    const [listening] = jsonLines(stdout);
    const neighbours = [stage.address(5002)];
    expect(listening).toEqual({ event: "listening", address: stage.address(5001), chunks: [1, 2], neighbours });
    expect(jsonLines(stderr).at(-1)).toMatchObject({ msg: "peer stopped", signal: "SIGTERM" });
  });

  test("of split is one object with the commands in it", async ({ stage }) => {
    stage.write("film", film);
    const { code, stdout } = await stage.run(["split", "film", "--peers", "3", "--json"]);
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toHaveLength(1);
    expect(jsonLines(stdout)[0]).toMatchObject({ event: "split", bytes: film.length, chunks: 39 });
  });
});
