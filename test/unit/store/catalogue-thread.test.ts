import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { openCatalogue, SqliteCatalogue } from "../../../src/store/sqlite-catalogue.ts";
import { aRow, idOf, none } from "../../contract/support/catalogues.ts";
import { tempFolder } from "../support/temp-folder.ts";

const failed = expect.objectContaining({ name: "CardumeError", code: "catalogue-failed", exitCode: 5 });

/** A catalogue whose thread does this instead of what it should. */
const withThread = (text: string): SqliteCatalogue =>
  new SqliteCatalogue(new Worker(`const { parentPort } = require("node:worker_threads"); ${text}`, { eval: true }));

test.for([
  ["throws", 'parentPort.on("message", () => { throw new Error("planted"); });'],
  ["ends", 'parentPort.on("message", () => process.exit(0));'],
  ["never listens", ""],
])("a thread that %s fails what was asked and what is asked", async ([, text]) => {
  const catalogue = withThread(text as string);
  const asked = [catalogue.put(aRow(), none()), catalogue.get(idOf(1)), catalogue.ids()];
  expect(await Promise.allSettled(asked)).toEqual(asked.map(() => ({ status: "rejected", reason: failed })));
  await expect(catalogue.list()).rejects.toEqual(failed);
  await catalogue.close();
});

test("what is asked in one turn is one message, and what is asked meanwhile the next", async () => {
  const catalogue = withThread(`
    const counts = [];
    parentPort.on("message", (question) => {
      if (question === "close") return parentPort.close();
      counts.push(question.length);
      parentPort.postMessage(question.map(() => ({ value: new Uint8Array(counts) })));
    });`);
  const first = Array.from({ length: 1000 }, () => catalogue.held(idOf(1)));
  await Promise.resolve();
  const second = Array.from({ length: 7 }, () => catalogue.held(idOf(1)));
  expect(new Set((await Promise.all(first)).map(String)).size).toBe(1);
  expect(await Promise.all(second)).toEqual(Array.from({ length: 7 }, () => expect.any(Uint8Array)));
  const after = await catalogue.held(idOf(1));
  // One byte a message: 1000 is 232 in the last eight bits.
  expect(after).toEqual(Uint8Array.of(1000 & 255, 7, 1));
  await catalogue.close();
});

test("opening says how the catalogue was found", async () => {
  const folder = tempFolder();
  const first = await openCatalogue({ folder });
  expect(first).toMatchObject({ state: "made", movedTo: undefined });
  await first.catalogue.put(aRow(), none());
  await first.catalogue.close();
  expect(readdirSync(folder)).toEqual(["library.db"]);
  const second = await openCatalogue({ folder });
  expect(second.state).toBe("opened");
  await second.catalogue.close();
  writeFileSync(join(folder, "library.db"), "rubbish ".repeat(1000));
  const third = await openCatalogue({ folder });
  expect(third).toMatchObject({ state: "damaged", movedTo: expect.stringContaining("library.db.damaged-") });
  expect(await third.catalogue.ids()).toEqual([]);
  await third.catalogue.close();
});

test("opening is refused with what is wrong", async () => {
  const folder = tempFolder();
  await expect(openCatalogue({ folder: join(folder, "none") })).rejects.toMatchObject({
    name: "CardumeError",
    code: "data-folder-refused",
    exitCode: 5,
  });
  const { catalogue } = await openCatalogue({ folder });
  await expect(openCatalogue({ folder })).rejects.toMatchObject({ code: "library-held", exitCode: 5 });
  await catalogue.close();
});
