import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { describe, expect } from "vitest";
import { CliLibrary, digestOf, expectOneLine, jsonLines, noise } from "./support/library-cli.ts";
import type { Running } from "./support/running.ts";
import { type Stage, test } from "./support/stage.ts";

/** On loopback alone, at any free port. */
const LOCAL = ["--no-mdns", "--no-nat"];

const up = (stage: Stage, library: CliLibrary, ...more: string[]): Running =>
  library.start("up", "--listen", `${stage.ip}:0`, ...LOCAL, ...more);

/** A node that is ready, and the address that it told. */
async function ready(
  stage: Stage,
  library: CliLibrary,
  ...more: string[]
): Promise<{ running: Running; address: string }> {
  const running = up(stage, library, ...more);
  const [, address = ""] = await running.says(/^ready: others join this node with --join (\/ip4\/\S+\/p2p\/\S+)$/m);
  return { running, address };
}

describe("up", () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    test(`says one line when it is ready, lets commands in, and exits 0 at ${signal}`, async ({ stage }) => {
      const library = new CliLibrary(stage);
      const { running, address } = await ready(stage, library, "--name", "sala");
      expect(running.stdout).toMatch(/^gateway: http:\/\/127\.0\.0\.1:\d+\/\nready: \S[^\n]+\n$/);
      expect(statSync(stage.path("data/control.sock")).mode & 0o777).toBe(0o600);
      const [status] = await library.json("status");
      expect(status).toMatchObject({ name: "sala", addresses: expect.arrayContaining([address]) });
      stage.write("film.mp4", noise(100_000));
      await library.good("add", "film.mp4");
      expect(await library.json("ls")).toHaveLength(1);
      running.kill(signal);
      const { code, stderr } = await running.ended;
      expect([code, stderr]).toEqual([0, ""]);
      expect(existsSync(stage.path("data/control.sock"))).toBe(false);
      expect(await library.json("ls")).toHaveLength(1);
    });

  test("is told to programs as JSON, and logged for a journal", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const running = up(stage, library, "--json", "--log-level", "info");
    await running.says(/"event":"ready"/);
    const ended = await running.stop();
    const [event] = jsonLines(ended);
    expect(event).toMatchObject({ event: "ready", control: stage.path("data/control.sock"), pid: running.pid });
    expect(jsonLines({ stdout: ended.stderr }).at(-1)).toMatchObject({ name: "cardume", msg: "stopping" });
  });

  test("of a folder that a node has already is refused, saying by whom", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const { running } = await ready(stage, library);
    const second = await up(stage, library).ended;
    expectOneLine(second, new RegExp(`in use by process ${running.pid} \\(cardume up`));
    expect(second.code).toBe(5);
    expect((await library.run("status")).code, "and the first goes on").toBe(0);
  });

  test("after a kill -9 leaves nothing in the way of commands, or of the next one", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const { running } = await ready(stage, library);
    running.kill("SIGKILL");
    await running.ended;
    expect(existsSync(stage.path("data/control.sock"))).toBe(true);
    await library.good("ls");
    expect((await library.run("status")).code).toBe(3);
    const again = await ready(stage, library);
    await library.good("status");
    expect((await again.running.stop()).code).toBe(0);
  });
});

describe("up refuses", () => {
  test("a wrong configuration, and does not touch the library for it", async ({ stage }) => {
    const library = new CliLibrary(stage);
    for (const [args, says] of [
      [["--listen", "nowhere"], /^cardume: --listen has a bad value: "nowhere" is not an address/],
      [["--upload-limit", "fast"], /^cardume: --upload-limit has to be bytes a second/],
      [["--max-peers", "0"], /^cardume: --max-peers has to be a whole number/],
      [["--join", "cardume:abc"], /^cardume: --join has a bad value: this link cannot be used/],
    ] as const) {
      const ended = await library.run("up", ...args);
      expectOneLine(ended, says);
      expect(ended.code).toBe(2);
    }
    expect(existsSync(stage.path("data"))).toBe(false);
  });

  test("a port that is taken, with exit code 5", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const { address } = await ready(stage, library);
    const port = address.split("/")[4];
    const other = await stage.run(["up", "--data", "other", "--listen", `${stage.ip}:${port}`, ...LOCAL]);
    expectOneLine(other, /^cardume: /);
    expect(other.code).toBe(5);
  });
});

describe("the gateway", () => {
  /** Where it says that it is. */
  const gatewayOf = async (running: Running): Promise<string> => {
    const [, address = ""] = await running.says(/^gateway: (http:\/\/\S+\/)$/m);
    await running.says(/^ready: /m);
    return address;
  };

  test("is where it is told to be, with the token of the data folder for changes", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const running = up(stage, library, "--http", "0", "--http-host", "casa.example");
    const address = await gatewayOf(running);
    expect(await (await fetch(`${address}healthz`)).json()).toMatchObject({ status: "ok" });
    stage.write("film.mp4", noise(3_000_000));
    const id = await library.add("film.mp4");
    const played = await fetch(`${address}v/${id}/film.mp4`, { headers: { range: "bytes=1000-1999" } });
    expect([played.status, (await played.bytes()).length]).toEqual([206, 1000]);
    expect(await library.json("rm", id), "and what was played can be removed").toHaveLength(1);
    expect(statSync(stage.path("data/token")).mode & 0o777).toBe(0o600);
    const token = readFileSync(stage.path("data/token"), "utf8").trim();
    const stop = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${address}api/v1/shutdown`, {
        method: "POST",
        body: "{}",
        headers: { "content-type": "application/json", ...headers },
      });
    expect((await stop({})).status).toBe(401);
    expect((await stop({ authorization: `Bearer ${token}` })).status).toBe(202);
    const { code, stdout, stderr } = await running.ended;
    expect([code, `${stdout}${stderr}`.includes(token)]).toEqual([0, false]);
  });

  test("of a second node is at another port, unless its port was chosen: then that is an error", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const first = await gatewayOf(up(stage, library));
    const other = stage.cardume(["up", "--data", "other", "--listen", `${stage.ip}:0`, ...LOCAL]);
    const second = await gatewayOf(other);
    expect(second).not.toBe(first);
    expect((await fetch(`${second}healthz`)).status).toBe(200);
    const { port } = new URL(first);
    const third = await stage.run(["up", "--data", "third", "--listen", `${stage.ip}:0`, ...LOCAL, "--http", port]);
    expectOneLine(third, new RegExp(`^cardume: http: 127\\.0\\.0\\.1:${port} is in use`));
    expect(third.code).toBe(5);
  });

  test("is not there when it is off", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const running = up(stage, library, "--http", "off", "--json");
    await running.says(/"event":"ready"/);
    expect(JSON.parse(running.stdout)).toMatchObject({ event: "ready", gateway: null });
    expect(existsSync(stage.path("data/token"))).toBe(false);
  });
});

describe("get and find without a running node", () => {
  test("start one for as long as they take, which knows whom they are told", async ({ stage }) => {
    const library = new CliLibrary(stage);
    const film = noise(5_000_000);
    stage.write("Férias.mp4", film);
    const { address } = await ready(stage, library);
    const id = await library.add("Férias.mp4");
    const other = {
      CARDUME_DATA: stage.path("other"),
      CARDUME_LISTEN: `${stage.ip}:0`,
      CARDUME_MDNS: "no",
      CARDUME_NAT: "no",
    };
    const found = await stage.run(["find", "ferias", "--join", address, "--json"], { env: other });
    expect(jsonLines(found)).toMatchObject([{ id, title: "Férias", holders: [{}] }]);
    const got = await stage.run(["get", id, "--join", address, "-o", "-"], { env: other });
    expect([got.code, digestOf(got.stdoutBytes)], got.stderr).toEqual([0, digestOf(film)]);
    const again = await stage.run(["get", id, "--json"], { env: other });
    expect(jsonLines(again), "and what is there needs nobody").toMatchObject([{ receivedBytes: 0, isKept: true }]);
    expect(existsSync(stage.path("other/control.sock"))).toBe(false);
  });
});

describe("config show", () => {
  test("prints every setting with its origin", async ({ stage }) => {
    const library = new CliLibrary(stage);
    mkdirSync(stage.path("data"));
    stage.write("data/config.toml", 'upload_limit = "5M"\nname = "sala"\n');
    const { stdout } = await library.good("config", "show", "--name", "quarto");
    expect(stdout).toContain(`data\t${stage.path("data")}\tCARDUME_DATA\n`);
    expect(stdout).toContain("name\tquarto\t--name\n");
    expect(stdout).toContain(`upload_limit\t5000000\t${stage.path("data/config.toml")}\n`);
    expect(stdout).toContain("max_peers\t64\tbuilt in\n");
    const lines = await library.json("config", "show");
    expect(lines).toHaveLength(16);
    expect(lines).toContainEqual({ setting: "mdns", value: true, origin: "built-in", from: "built in" });
    stage.write("data/config.toml", "\ncolour = 1\n");
    const wrong = await library.run("config", "show");
    expectOneLine(wrong, /data\/config\.toml: there is no setting "colour"/);
    expect(wrong.code).toBe(2);
  });
});
