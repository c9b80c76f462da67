import { describe, expect } from "vitest";
import { pythonFetch, readTrace, stopPythonPeer, type Traced } from "./support/python.ts";
import { type Stage, test } from "./support/stage.ts";

const COUNT = 1203;
const IDS = Array.from({ length: COUNT }, (_, index) => index + 1);

/** One file of two bytes a chunk, by range: 1203 chunk files would only slow the test. */
function writeRanges(stage: Stage, name: string, ids: readonly number[]): string {
  stage.write("film", Buffer.alloc(2 * (COUNT + 1), "0123456789"));
  return stage.write(name, ids.map((id) => `${id}: film#bytes=${2 * id}-${2 * id + 1}`).join("\n"));
}

/** The Python peer knows whole files only. */
function writeFiles(stage: Stage, name: string, ids: readonly number[]): string {
  return stage.keyValues(name, Object.fromEntries(ids.map((id) => [id, `<${id}>`])));
}

const lengths = (trace: readonly Traced[]): number[] => trace.map(({ hex }) => hex.length / 2);

describe.concurrent("lists of more than 500 ids", () => {
  test("reach strict Python peers in messages of at most 1024 bytes", async ({ stage }) => {
    const far = await stage.pythonPeer(
      5002,
      writeFiles(
        stage,
        "far",
        IDS.filter((id) => id % 2 === 0),
      ),
      "--trace",
      "t2",
    );
    const near = await stage.pythonPeer(
      5001,
      writeFiles(
        stage,
        "near",
        IDS.filter((id) => id % 2 === 1),
      ),
      far.address,
      "--trace",
      "t1",
    );
    const { code, stdout, stderr } = await stage.run(["client", near.address, `1-${COUNT}`, "--join", "-"]);
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(IDS.map((id) => `<${id}>`).join(""));
    const seen = [...readTrace(stage.read("t1")), ...readTrace(stage.read("t2"))].filter(({ dir }) => dir === "in");
    expect(Math.max(...lengths(seen))).toBeLessThanOrEqual(1024);
    const hellos = seen.filter(({ hex }) => hex.startsWith("0001"));
    expect(hellos.map(({ hex }) => Number.parseInt(hex.slice(4, 8), 16))).toEqual([500, 500, 203]);
    await stopPythonPeer(near);
    await stopPythonPeer(far);
  });

  test("are answered to the Python client by our peers, near and far", async ({ stage }) => {
    await stage.peer(5002, writeRanges(stage, "far", IDS.slice(600)));
    const near = await stage.peer(5001, writeRanges(stage, "near", IDS.slice(0, 600)), stage.address(5002));
    const args = [near.address, `1-${COUNT}`, "--wait-s", "1", "--order", "batch", "--trace", "t"];
    const { missing, got } = pythonFetch(await stage.pythonClient(args));
    expect(missing).toEqual([]);
    expect(got).toHaveLength(COUNT);
    const infos = readTrace(stage.read("t")).filter(({ hex, dir }) => dir === "in" && hex.startsWith("0003"));
    expect(Math.max(...lengths(infos))).toBeLessThanOrEqual(1024);
  });

  test("in one Hello of 1203 are split by our peer for everyone behind it", async ({ stage }) => {
    const far = await stage.pythonPeer(5002, writeFiles(stage, "far", [1, 700, 1203]), "--trace", "t");
    const near = await stage.peer(5001, writeRanges(stage, "near", [2, 701]), far.address);
    const probe = await stage.probe();
    const bytes = Buffer.alloc(4 + 2 * COUNT);
    bytes.writeUInt16BE(1, 0);
    bytes.writeUInt16BE(COUNT, 2);
    for (const id of IDS) bytes.writeUInt16BE(id, 2 + 2 * id);
    await probe.send(bytes, near.address);
    const answers = await probe.gather(400);
    expect(answers.map(({ hex }) => hex).sort()).toEqual(
      ["000300010001", "000300010002", "0003000102bc", "0003000102bd", "0003000104b3"].sort(),
    );
    const queries = readTrace(stage.read("t")).filter(({ hex, dir }) => dir === "in" && hex.startsWith("0002"));
    expect(lengths(queries)).toEqual([1012, 1012, 12 + 2 * 203]);
    await stopPythonPeer(far);
  });
});
