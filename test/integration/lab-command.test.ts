import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { runNode } from "../../lab/program.ts";

const LAB = fileURLToPath(new URL("../../lab/main.ts", import.meta.url));

test("the lab lists its scenarios", async () => {
  const { code, stdout } = await runNode([LAB, "--list"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^four-holders +\S/m);
});

test.for([[], ["no-such-scenario"], ["emulator", "--seed", "x"], ["emulator", "--mib", "0"], ["--what"]])(
  "wrong use ends with 2 and a word about it: %j",
  async (args) => {
    const { code, stderr } = await runNode([LAB, ...args]);
    expect(code).toBe(2);
    expect(stderr).not.toBe("");
  },
);
