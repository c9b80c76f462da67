import { readFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { BIN_CLIENTE, BIN_PEER, NODE } from "./support/places.ts";
import { test } from "./support/stage.ts";

const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  peer: ["--ttl", "--allow-public", "--dialect", "--log-level", "--json"],
  client: ["--out", "--join", "--dialect", "--allow-public", "--json"],
  cliente: ["--out", "--join"],
  split: ["--peers", "--chunk-bytes", "--copies", "--out", "--in-place"],
  demo: ["--video", "--out"],
  watch: ["--open", "--player", "--hls", "--join", "--json"],
};

describe.concurrent("the help", () => {
  for (const [command, options] of Object.entries(OPTIONS))
    test(`of ${command} ends well, has examples and names every option`, async ({ stage }) => {
      const { code, stdout, stderr } = await stage.run([command, "--help"]);
      expect(code).toBe(0);
      expect(stderr).toBe("");
      expect(stdout).toMatch(/^Examples?:\n {2}cardume (\w+) .+$/m);
      for (const option of options) expect(stdout).toContain(option);
    });

  test("of the program names every command, and help COMMAND is the same as COMMAND --help", async ({ stage }) => {
    const { code, stdout } = await stage.run(["--help"]);
    expect(code).toBe(0);
    for (const command of ["peer", "client", "split", "demo"]) expect(stdout).toMatch(new RegExp(`^  ${command}`, "m"));
    const [one, other] = [await stage.run(["help", "split"]), await stage.run(["split", "--help"])];
    expect(one.code).toBe(0);
    expect(one.stdout).toBe(other.stdout);
  });

  test("is there under the assignment's names", async ({ stage }) => {
    const peer = await stage.start(NODE, [BIN_PEER, "--help"]).ended;
    const client = await stage.start(NODE, [BIN_CLIENTE, "--help"]).ended;
    expect([peer.code, client.code]).toEqual([0, 0]);
    expect(peer.stdout).toContain("run a peer");
    expect(client.stdout).toContain("fetch chunks");
  });

  test("has a version beside it, the package's own", async ({ stage }) => {
    const { code, stdout } = await stage.run(["--version"]);
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(code).toBe(0);
    expect(stdout).toBe(`${version}\n`);
  });
});
