import { parentPort, workerData } from "node:worker_threads";
import { Batches } from "./catalogue-batches.ts";
import { sentError } from "./catalogue-errors.ts";
import type { Question, Report } from "./catalogue-messages.ts";
import { openDatabase } from "./catalogue-schema.ts";

// The thread that has the catalogue's database: SQLite's calls block, and wait for the disk.

const { folder } = workerData as { readonly folder: string };
const say = (report: Report): void => parentPort?.postMessage(report);

try {
  const { database, rows, state, movedTo } = openDatabase(folder);
  const batches = new Batches(folder, database, rows);
  parentPort?.on("message", (question: Question) => {
    if (question !== "close") {
      say(batches.run(question));
      batches.tidy();
      return;
    }
    batches.close();
    // Nothing is left to wait for: the thread ends.
    parentPort?.close();
  });
  say({ state, movedTo });
} catch (error) {
  say({ refused: sentError(error) });
}
