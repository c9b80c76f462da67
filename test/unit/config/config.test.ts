import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Config, readConfig } from "../../../src/config.ts";
import { nodeOptions, passingNodeOptions } from "../../../src/config-node-options.ts";
import { SETTING_KEYS, type Settings } from "../../../src/config-settings.ts";
import { tempFolder } from "../support/temp-folder.ts";

interface Given {
  readonly file?: string;
  readonly systemFile?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly flags?: Partial<Record<keyof Settings, unknown>>;
}

function configOf({ file, systemFile, environment = {}, flags = {} }: Given): Promise<Config> {
  const folder = tempFolder();
  const system = join(folder, "xdg");
  mkdirSync(join(system, "cardume"), { recursive: true });
  if (file !== undefined) writeFileSync(join(folder, "config.toml"), file);
  if (systemFile !== undefined) writeFileSync(join(system, "cardume", "config.toml"), systemFile);
  return readConfig({ folder, flags, environment: { XDG_CONFIG_HOME: system, ...environment } });
}

const failure = async (given: Given): Promise<string> => {
  const error = (await configOf(given).then(
    () => expect.fail("it was taken"),
    (reason: unknown) => reason,
  )) as { code: string; exitCode: number; message: string };
  expect([error.code, error.exitCode]).toEqual(["config-invalid", 2]);
  expect(error.message).not.toContain("\n");
  return error.message;
};

describe("a value comes from", () => {
  const file = 'name = "file"\nmax_peers = 10\nmdns = false\nupload_limit = "5M"\n';
  const environment = { CARDUME_NAME: "environment", CARDUME_MAX_PEERS: "20" };

  test("the program when nobody says another", async () => {
    const { settings, origins } = await configOf({});
    expect(settings).toMatchObject({ name: "", mdns: true, dht: false, nat: true, direct: true, max_peers: 64 });
    expect(settings.listen[0]).toBe("0.0.0.0:4470");
    for (const key of SETTING_KEYS) expect(origins[key].kind).toBe("built-in");
  });

  test("the file, over it the environment, over it a flag", async () => {
    const { settings, origins } = await configOf({ file, environment, flags: { name: "flag" } });
    expect(settings).toMatchObject({ name: "flag", max_peers: 20, mdns: false, upload_limit: 5_000_000 });
    expect(origins.name).toEqual({ kind: "flag", name: "--name" });
    expect(origins.max_peers).toEqual({ kind: "environment", name: "CARDUME_MAX_PEERS" });
    expect(origins.mdns.kind).toBe("file");
    expect(origins.mdns.name).toMatch(/\/config\.toml$/);
  });

  test("the data folder's file rather than the system's", async () => {
    expect((await configOf({ file: "dht = true", systemFile: "nat = false" })).settings).toMatchObject({
      dht: true,
      nat: true,
    });
    expect((await configOf({ systemFile: "nat = false" })).settings.nat).toBe(false);
  });

  test("the file again when a variable is empty", async () => {
    expect((await configOf({ file, environment: { CARDUME_NAME: " " } })).settings.name).toBe("file");
  });

  test("one variable with several parts, or a list", async () => {
    const parts = ["127.0.0.1:1", "[::1]:2"];
    expect((await configOf({ environment: { CARDUME_JOIN: "127.0.0.1:1, [::1]:2" } })).settings.join).toEqual(parts);
    expect((await configOf({ file: 'join = ["127.0.0.1:1", "[::1]:2"]' })).settings.join).toEqual(parts);
    expect((await configOf({ flags: { join: parts } })).settings.join).toEqual(parts);
  });
});

describe("what is wrong is said in one line that names its place:", () => {
  test.for<[string, Given, RegExp]>([
    [
      "a key that is none",
      { file: "colour = 1" },
      /config\.toml: there is no setting "colour"; there are name, listen/,
    ],
    ["a table", { file: "[node]\nname = 1" }, /config\.toml: there is no setting "node"/],
    [
      "a text for a number",
      { file: 'max_peers = "many"' },
      /config\.toml: max_peers has to be a whole number from 1 to 1024/,
    ],
    [
      "a number out of its bounds",
      { file: "direct_port = 70000" },
      /config\.toml: direct_port has to be .* 0 to 65535/,
    ],
    ["a list of numbers", { file: "listen = [4470]" }, /config\.toml: listen has to be a list/],
    ["no TOML", { file: "\n\nname = \n" }, /config\.toml: line 3: /],
    ["a variable", { environment: { CARDUME_MDNS: "maybe" } }, /^CARDUME_MDNS has to be true or false$/],
    ["a flag", { flags: { upload_limit: "fast" } }, /^--upload-limit has to be bytes a second, like 500k or 5M/],
    [
      "a bad address in a flag",
      { flags: { join: ["localhost"] } },
      /^--join has a bad value: "localhost" is not an address/,
    ],
    ["a link without peers", { flags: { join: ["cardume:abc"] } }, /^--join has a bad value: this link cannot be used/],
    [
      "a place to listen that is a peer",
      { flags: { listen: ["/ip4/1.2.3.4/tcp/1/p2p/12D3KooW"] } },
      /^--listen .*no place to listen/,
    ],
    [
      "a name of a machine to listen at",
      { environment: { CARDUME_LISTEN: "home:4470" } },
      /^CARDUME_LISTEN .*no place to listen/,
    ],
    ["a file that is far too large", { file: `# ${"x".repeat(70_000)}` }, /config\.toml: it has more than 65536 bytes/],
  ])("%s", async ([, given, says]) => {
    expect(await failure(given)).toMatch(says);
  });
});

describe("a node's options", () => {
  test("are what the settings say, in its own words", async () => {
    const flags = {
      ...{ name: "sala", listen: ["127.0.0.1:0", "[::1]:4470"], announce: ["casa.example:4470"], join: ["10.0.0.1:1"] },
      ...{ direct_port: "5000", direct_announce_port: 6000, upload_limit: "1.5k", dht: "yes" },
    };
    expect(nodeOptions((await configOf({ flags })).settings)).toEqual({
      ...{ name: "sala", mdns: true, dht: true, nat: true, maxPeers: 64 },
      listen: ["/ip4/127.0.0.1/tcp/0", "/ip6/::1/tcp/4470"],
      announce: ["/dns/casa.example/tcp/4470"],
      join: ["/ip4/10.0.0.1/tcp/1"],
      ...{ directPort: 5000, directAnnouncePort: 6000, uploadBytesPerSecond: 1500 },
    });
  });

  test("without a direct carrier have no port for it", async () => {
    const options = nodeOptions((await configOf({ flags: { direct: false, direct_port: 5 } })).settings);
    expect([options.directPort, options.directAnnouncePort]).toEqual([undefined, undefined]);
  });

  test("of a node for one command take no port that somebody else may have", async () => {
    const flags = { listen: ["127.0.0.1:4470", "[::]:4470"], announce: ["10.0.0.1:1"], direct_port: 4471 };
    expect(passingNodeOptions((await configOf({ flags })).settings)).toMatchObject({
      ...{ listen: ["/ip4/127.0.0.1/tcp/0", "/ip6/::/tcp/0"], announce: [], directPort: 0 },
    });
  });
});
