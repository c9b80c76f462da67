import { chmodSync, existsSync } from "node:fs";
import { describe, expect } from "vitest";
import { openGateway } from "../../src/cli/open-gateway.ts";
import { toBase32 } from "../../src/core/content/base32.ts";
import { serveControl } from "../../src/gateway/control-server.ts";
import { EventHub } from "../../src/gateway/event-hub.ts";
import { CliLibrary, expectOneLine, jsonLines, noise } from "./support/library-cli.ts";
import { addFile, type TestNode, testNode } from "./support/running-node.ts";
import { type Stage, test } from "./support/stage.ts";

/** Finds nobody but those it is told of. */
const ALONE = { CARDUME_MDNS: "false", CARDUME_NAT: "false" };
const BYTES = 2_500_000;

const bytesAt = async (address: string, headers: Record<string, string> = {}): Promise<Buffer> =>
  Buffer.from(await (await fetch(address, { headers })).arrayBuffer());

/** A node of this process with the video "Rio lento.mp4", its id, its link, and the video's bytes. */
async function holder(stage: Stage): Promise<TestNode & { id: Uint8Array; link: string; content: Buffer }> {
  const content = noise(BYTES, 5);
  const node = await testNode();
  const id = await addFile(node.library, stage.path(stage.write("Rio lento.mp4", content)));
  return { ...node, id, content, link: await node.library.link(id) };
}

/** A library that has something else. */
async function anyLibrary(stage: Stage): Promise<void> {
  await new CliLibrary(stage).add(stage.write("other.mp4", noise(1000)));
}

/** A program of this name, first in the path, that notes its arguments, and ends with this code. */
function fakeProgram(stage: Stage, name: string, code: number): Record<string, string> {
  stage.write(name, `#!/bin/sh\nprintf '%s\\n' "$@" > '${stage.path(`${name}.said`)}'\nexit ${code}\n`);
  chmodSync(stage.path(name), 0o755);
  return { PATH: `${stage.folder}:${process.env["PATH"]}` };
}

describe("cardume watch, where no node runs", () => {
  test("starts one, prints an address that has the bytes, and ends with Ctrl-C", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const content = noise(BYTES, 6);
    await library.add(stage.write("Férias.mp4", content));
    const env = { ...ALONE, CARDUME_DATA: stage.path("data") };
    const watching = stage.cardume(["watch", "Férias"], { env });
    const [, address = ""] = await watching.says(/^(http:\/\/127\.0\.0\.1:\d+\/v\/[a-z2-7]{52}\/F%C3%A9rias\.mp4)$/m);
    expect(Buffer.compare(await bytesAt(address), content)).toBe(0);
    expect((await bytesAt(address, { range: "bytes=-7" })).toString("hex")).toBe(content.subarray(-7).toString("hex"));
    watching.kill("SIGINT");
    expect((await watching.ended).code).toBe(0);
    await expect(fetch(address)).rejects.toThrow();
  });

  test("plays by its link what only others hold, and keeps it", async ({ stage }) => {
    const { id, link, content } = await holder(stage);
    await anyLibrary(stage);
    const env = { ...ALONE, CARDUME_DATA: stage.path("data"), ...fakeProgram(stage, "mpv", 0) };
    const { code, stdout, stderr } = await stage.run(["watch", link, "--player", "mpv", "--json"], { env });
    expect(code, stderr).toBe(0);
    const [line] = jsonLines({ stdout });
    expect(line).toMatchObject({ idBase32: toBase32(id), title: "Rio lento", bytes: content.length });
    expect(stage.read("mpv.said")).toBe(`${line?.["address"]}\n`);
    expect(line?.["address"]).toMatch(/\/Rio%20lento\.mp4$/);
    const { stdout: listed } = await stage.run(["ls", "--json"], { env });
    expect(jsonLines({ stdout: listed }).map(({ title }) => title)).toContain("Rio lento");
  });

  test("finds a title in the network, and ends with a player that failed", async ({ stage }) => {
    const { address } = await holder(stage);
    await anyLibrary(stage);
    const env = { ...ALONE, CARDUME_DATA: stage.path("data"), ...fakeProgram(stage, "mpv", 3) };
    const { code, stdout } = await stage.run(["watch", "rio lento", "--join", address, "--player", "mpv", "--hls"], {
      env,
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v\/[a-z2-7]{52}\/hls\/master\.m3u8\n$/);
    expect(stage.read("mpv.said")).toBe(stdout);
  });

  test("says what is wrong in one line", async ({ stage }) => {
    const env = { ...ALONE, CARDUME_DATA: stage.path("data") };
    await stage.run(["add", stage.write("a.mp4", noise(1000))], { env });
    const unknown = await stage.run(["watch", "a".repeat(52)], { env });
    expect([unknown.code, unknown.stdout]).toEqual([3, ""]);
    expectOneLine(unknown, /nobody/);
    const cut = await stage.run(["watch", "cardume:abc"], { env });
    expect(cut.code).toBe(2);
    const both = await stage.run(["watch", "a.mp4", "--open", "--player", "mpv"], { env });
    expect(both.code).toBe(2);
    expect((await stage.run(["watch", "a.mp4", "--player", "wmplayer"], { env })).code).toBe(2);
    const missing = await stage.run(["watch", "a.mp4", "--player", "vlc"], { env: { ...env, PATH: stage.folder } });
    expect(missing.code).toBe(5);
    expect(missing.stderr).toMatch(/^cardume: vlc cannot be started: is it installed\?$/m);
  });
});

describe("cardume watch, where a node runs", () => {
  /** Serves a node's commands and its gateway, as `cardume up` does. */
  async function serve(stage: Stage, host: string): Promise<TestNode> {
    const one = await testNode({}, stage.path("data"));
    const { node } = one;
    const hub = new EventHub(node);
    const onBug = (error: unknown): never => {
      throw error;
    };
    const served = { hub, shutdown: () => {}, onBug };
    const gateway = await openGateway({ ...served, node, place: { host, port: 0 } });
    const { address } = gateway.web;
    const control = await serveControl(node, { ...served, giveLogin: () => gateway.web.login(), gateway: address });
    const stop = async (): Promise<void> => {
      await control.close();
      await gateway.close();
      await one.stop();
    };
    return { ...one, stop };
  }

  test("uses its gateway, and ends at once", async ({ stage }) => {
    const { link, content } = await holder(stage);
    const { stop } = await serve(stage, "127.0.0.1");
    const env = { CARDUME_DATA: stage.path("data"), ...fakeProgram(stage, "xdg-open", 0) };
    const { code, stdout, stderr } = await stage.run(["watch", link, "--open"], { env });
    expect([code, stderr]).toEqual([0, ""]);
    expect(Buffer.compare(await bytesAt(stdout.trim()), content)).toBe(0);
    await expect.poll(() => existsSync(stage.path("xdg-open.said"))).toBe(true);
    await stop();
  });

  test("finds the one of cardume up, unless it has none", async ({ stage }) => {
    const content = noise(BYTES, 8);
    await new CliLibrary(stage).add(stage.write("Natal.mkv", content));
    const env = { ...ALONE, CARDUME_DATA: stage.path("data") };
    const place = ["--listen", "127.0.0.1:0"];
    for (const http of ["0", "off"]) {
      const node = stage.cardume(["up", ...place, "--http", http], { env });
      await node.says(/^ready: /m);
      const { code, stdout, stderr } = await stage.run(["watch", "Natal"], { env });
      if (http === "0") expect(Buffer.compare(await bytesAt(stdout.trim()), content)).toBe(0);
      else expect([code, stderr]).toEqual([3, "cardume: the node that runs has no gateway (http = off)\n"]);
      node.kill("SIGTERM");
      expect((await node.ended).code).toBe(0);
    }
  });

  test("has a key in the address where the gateway wants one, but not among a player's arguments", async ({
    stage,
  }) => {
    const { link } = await holder(stage);
    const { stop } = await serve(stage, "0.0.0.0");
    const env = { CARDUME_DATA: stage.path("data"), ...fakeProgram(stage, "mpv", 0) };
    const { code, stdout, stderr } = await stage.run(["watch", link, "--player", "mpv"], { env });
    expect([code, stderr]).toEqual([0, ""]);
    const { password } = new URL(stdout.trim());
    expect(password.length).toBeGreaterThan(30);
    const bare = stdout.trim().replace(/\/\/[^@]*@/, "//");
    expect((await fetch(bare)).status).toBe(401);
    const authorization = `Basic ${Buffer.from(`cardume:${password}`).toString("base64")}`;
    expect((await bytesAt(bare, { authorization })).length).toBe(BYTES);
    expect(stage.read("mpv.said")).toMatch(/\/video\.m3u$/m);
    expect(stage.read("mpv.said")).not.toContain(password);
    await stop();
  });
});
