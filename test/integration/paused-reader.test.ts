import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { describe, expect } from "vitest";
import { CARDUME, NODE } from "./support/places.ts";
import { test } from "./support/stage.ts";
import { pause } from "./support/waiting.ts";

const COUNT = 65_535;
/** More than waits in the client's memory, so that a paused reader has to pause the fetch. */
const film = Buffer.alloc(COUNT * 1024);
for (let at = 0; at < film.length; at += 4) film.writeUInt32BE(at, at);

describe("a player that pauses", () => {
  test("pauses the fetch, and gets every byte when it goes on", async ({ stage }) => {
    stage.write("film", film);
    expect((await stage.run(["split", "film", "--peers", "1", "--in-place", "--out", "kv"])).code).toBe(0);
    const { address } = await stage.peer(5001, "kv/key-values-files_peer1");
    const client = [NODE, CARDUME, "client", address, `1-${COUNT}`, "--join", "-", "--json"];
    // The reader waits for a file to appear before it reads on.
    const reader = "(head -c 1000000; while [ ! -e go ]; do sleep 0.05; done; cat) > got";
    const running = stage.start("bash", ["-c", `"$@" | ${reader}`, "bash", ...client]);
    await running.says(/"event":"chunk","id":1000,/, "stderr");
    await pause(2500);
    const come = running.stderr.split('"event":"chunk"').length - 1;
    expect(come, "the fetch has paused").toBeLessThan(COUNT - 10_000);
    expect(statSync(stage.path("got")).size, "and the reader has not got more than it took").toBe(1_000_000);
    await pause(500);
    expect(running.stderr.split('"event":"chunk"').length - 1).toBe(come);
    stage.write("go", "");
    const { code } = await running.ended;
    expect(code).toBe(0);
    const digests = [film, stage.readBytes("got")].map((bytes) => createHash("sha256").update(bytes).digest("hex"));
    expect(digests[1]).toBe(digests[0]);
  });
});
