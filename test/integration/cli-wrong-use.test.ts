import { mkdirSync, writeFileSync } from "node:fs";
import { describe, expect } from "vitest";
import { type Stage, test } from "./support/stage.ts";

interface WrongUse {
  /** What is wrong, as the end of "is told of …". */
  readonly of: string;
  readonly args: readonly string[];
  /** What the line says. */
  readonly says: RegExp;
}

const PEER = ["peer", "127.0.0.1:0"];
const CLIENT = ["client", "127.0.0.1:5001"];
const SPLIT = ["split", "film", "--peers", "2"];

const WRONG: readonly WrongUse[] = [
  { of: "an unknown command", args: ["serve"], says: /unknown command 'serve'/ },
  { of: "a command with a slip of the finger", args: ["cleint"], says: /Did you mean client\?/ },
  { of: "an unknown option", args: ["--frobnicate"], says: /unknown option '--frobnicate'/ },
  { of: "an unknown option of a command", args: [...CLIENT, "1", "--uot", "x"], says: /unknown option '--uot'/ },
  { of: "no address", args: ["peer"], says: /missing required argument 'ip:port'/ },
  { of: "no key-values file", args: PEER, says: /missing required argument 'key-values-file'/ },
  {
    of: "an address that is a name",
    args: ["peer", "localhost:5001", "kv"],
    says: /"localhost:5001" is not an address/,
  },
  { of: "an address without a port", args: ["peer", "127.0.0.1", "kv"], says: /"127\.0\.0\.1" is not an address/ },
  { of: "an address out of range", args: ["peer", "127.0.0.256:5001", "kv"], says: /"127\.0\.0\.256:5001" is not/ },
  {
    of: "three parts of an address",
    args: ["client", "127.0.1:5001", "1"],
    says: /"127\.0\.1:5001" is not an address/,
  },
  { of: "a port too large", args: ["peer", "127.0.0.1:65536", "kv"], says: /"127\.0\.0\.1:65536" is not an address/ },
  { of: "a port that is none", args: ["client", "127.0.0.1:http", "1"], says: /"127\.0\.0\.1:http" is not an address/ },
  { of: "a contact of port 0", args: ["client", "127.0.0.1:0", "1"], says: /"127\.0\.0\.1:0" is not an address/ },
  { of: "a bad neighbour", args: [...PEER, "kv", "127.0.0.1:5002", "5003"], says: /"5003" is not an address/ },
  { of: "no ids", args: CLIENT, says: /missing required argument 'ids'/ },
  { of: "empty ids", args: [...CLIENT, ""], says: /"" is not a chunk id/ },
  { of: "ids that are words", args: [...CLIENT, "one"], says: /"one" is not a chunk id/ },
  { of: "a negative id", args: [...CLIENT, "1,-2"], says: /"-2" is not a chunk id/ },
  { of: "an id list that ends in a comma", args: [...CLIENT, "1,2,"], says: /"" is not a chunk id/ },
  { of: "id 65536", args: [...CLIENT, "65536"], says: /beyond the largest chunk id, 65535/ },
  { of: "a range beyond the ids", args: [...CLIENT, "1-70000"], says: /"1-70000" is beyond the largest chunk id/ },
  { of: "ids in two words", args: [...CLIENT, "1", "2"], says: /too many arguments/ },
  { of: "a dialect that is none", args: [...CLIENT, "1", "--dialect", "latin"], says: /'latin' is invalid/ },
  {
    of: "a public contact",
    args: ["client", "203.0.113.8:53", "1"],
    says: /203\.0\.113\.8:53 is a public .*--allow-public/,
  },
  {
    of: "a contact that is multicast",
    args: ["client", "224.0.0.1:5001", "1"],
    says: /not the address of one machine/,
  },
  { of: "a contact that is broadcast", args: ["client", "255.255.255.255:5001", "1"], says: /not the address of one/ },
  {
    of: "an output folder that is a file",
    args: [...CLIENT, "1", "--out", "film"],
    says: /cannot use film for output/,
  },
  { of: "an output folder below a file", args: [...CLIENT, "1", "--out", "film/x"], says: /cannot use film\/x for/ },
  { of: "a joined file that is a folder", args: [...CLIENT, "1", "--join", "folder"], says: /folder/ },
  { of: "a joined file in no folder", args: [...CLIENT, "1", "--join", "nowhere/film"], says: /nowhere\/film/ },
  { of: "a missing key-values file", args: [...PEER, "none"], says: /key-values file none: no such file/ },
  {
    of: "a key-values file that is a folder",
    args: [...PEER, "folder"],
    says: /cannot read the key-values file folder/,
  },
  { of: "a duplicate id", args: [...PEER, "kv-twice"], says: /kv-twice, line 3: chunk 1 is listed twice/ },
  { of: "a line without a colon", args: [...PEER, "kv-colon"], says: /kv-colon, line 2: no colon/ },
  { of: "an id outside", args: [...PEER, "kv-outside"], says: /kv-outside, line 1: chunk id 65536 is outside/ },
  { of: "an id that is none", args: [...PEER, "kv-word"], says: /kv-word, line 1: "one" is not a chunk id/ },
  { of: "a line without a path", args: [...PEER, "kv-path"], says: /kv-path, line 1: no path/ },
  { of: "a backward range", args: [...PEER, "kv-range"], says: /kv-range, line 1: the range 9-0 is empty/ },
  {
    of: "a public neighbour",
    args: [...PEER, "kv", "203.0.113.4:5001"],
    says: /203\.0\.113\.4:5001 is a public address/,
  },
  { of: "a hop limit of 0", args: [...PEER, "kv", "--ttl", "0"], says: /--ttl.*from 1 to 255/ },
  { of: "a hop limit that is a word", args: [...PEER, "kv", "--ttl", "three"], says: /--ttl.*from 1 to 255/ },
  { of: "a log level that is none", args: [...PEER, "kv", "--log-level", "loud"], says: /'loud' is invalid/ },
  { of: "no number of peers", args: ["split", "film"], says: /required option '--peers/ },
  { of: "no peers", args: ["split", "film", "--peers", "0"], says: /--peers.*from 1 to 10000/ },
  {
    of: "more copies than peers",
    args: [...SPLIT, "--copies", "3"],
    says: /3 copies need as many peers, and there are 2/,
  },
  { of: "no copies", args: [...SPLIT, "--copies", "0"], says: /--copies.*from 1/ },
  { of: "chunks of 0 bytes", args: [...SPLIT, "--chunk-bytes", "0"], says: /--chunk-bytes.*from 1 to 65000/ },
  { of: "chunks of 65001 bytes", args: [...SPLIT, "--chunk-bytes", "65001"], says: /--chunk-bytes.*from 1 to 65000/ },
  { of: "an empty file", args: ["split", "empty", "--peers", "2"], says: /empty is empty: there is nothing to cut/ },
  { of: "a video that is not there", args: ["split", "none", "--peers", "2"], says: /cannot read none: no such file/ },
  { of: "a video that is a folder", args: ["split", "folder", "--peers", "2"], says: /cannot read folder: .*regular/ },
  {
    of: "too many chunks",
    args: ["split", "big", "--peers", "2", "--chunk-bytes", "1"],
    says: /use --chunk-bytes 2 or/,
  },
  { of: "an output folder of split that is a file", args: [...SPLIT, "--out", "film"], says: /film/ },
  {
    of: "a demo of a video that is not there",
    args: ["demo", "--video", "none"],
    says: /cannot read none: no such file/,
  },
];

function furnish(stage: Stage): void {
  mkdirSync(stage.path("folder"));
  const files = {
    kv: "1: film\n",
    film: "a film of some bytes",
    empty: "",
    big: Buffer.alloc(65_536),
    "kv-twice": "1: film\n2: film\n1: film\n",
    "kv-colon": "1: film\n2 film\n",
    "kv-outside": "65536: film\n",
    "kv-word": "one: film\n",
    "kv-path": "1:\n",
    "kv-range": "1: film#bytes=9-0\n",
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(stage.path(name), content);
}

describe.concurrent("whoever uses it wrongly", () => {
  for (const { of, args, says } of WRONG)
    test(`is told of ${of} in one clear line`, async ({ stage }) => {
      furnish(stage);
      const before = stage.list();
      const { code, stdout, stderr } = await stage.run(args);
      expect(stderr).toMatch(says);
      expect(stderr).toMatch(/^cardume: /);
      expect(stderr.trimEnd().split("\n"), "one line").toHaveLength(1);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect(stdout).toBe("");
      expect(code).toBe(2);
      expect(stage.list(), "and leaves nothing behind").toEqual(before);
    });

  test("is shown the help when there are no arguments at all", async ({ stage }) => {
    const { code, stdout, stderr } = await stage.run([]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("Usage: cardume");
  });

  test("gets a stack trace only by asking for it", async ({ stage }) => {
    const { code, stderr } = await stage.run([...PEER, "none", "--debug"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^\s+at /m);
  });
});
