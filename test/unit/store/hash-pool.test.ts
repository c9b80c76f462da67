import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { DiskFile } from "../../../src/store/disk.ts";
import { HashPool, type HashPoolOptions } from "../../../src/store/hash-pool.ts";
import { ROOT } from "../support/source-files.ts";

/** A thread's program: `answer` is made of each job, in `result`, `count` being how many there were before. */
const program = (answer: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`
      import { parentPort } from "node:worker_threads";
      let count = 0;
      parentPort.on("message", (job) => {
        ${answer}
        count++;
      });`)}`,
  );

/** Answers with the number of jobs before this one. */
const COUNTING = program("parentPort.postMessage({ result: Uint8Array.of(count) });");

/** Dies of empty bytes, and throws at two; else it answers with them. */
const MORTAL = program(`
  if (job.bytes.length === 0) process.exit(3);
  if (job.bytes.length === 2) throw new Error("planted");
  parentPort.postMessage({ result: job.bytes });`);

/** Dies of files. */
const DYING_OF_FILES = program(`
  if (job.kind === "file") process.exit(3);
  parentPort.postMessage({ result: job.bytes });`);

function poolOf(options: HashPoolOptions): HashPool {
  const pool = new HashPool(options);
  onTestFinished(() => pool.close());
  return pool;
}

const file = { fd: -1 } as DiskFile;
const fileJob = { file, position: 0, bytes: 1, leavesPerChunk: 1 };
const readJob = { file, position: 0, bytes: 1, leafHashes: new Uint8Array(32) };
const STOPPED = { code: "hasher-stopped", exitCode: 5 };
const GOOD = Uint8Array.of(7);

test("has as many threads as the machine has cores, four at most", () => {
  expect(new HashPool().width).toBe(Math.min(4, availableParallelism()));
  expect(new HashPool({ width: 3 }).width).toBe(3);
});

test("lent memory is here again afterwards: shared memory stays, and any other goes and comes back", async () => {
  const pool = poolOf({ width: 1 });
  const shared = { bytes: new Uint8Array(new SharedArrayBuffer(16_384)) };
  const moved = { bytes: new Uint8Array(16_384) };
  const [before, kept] = [moved.bytes, shared.bytes];
  const [one, two] = await Promise.all([pool.hashBytes(shared), pool.hashBytes(moved)]);
  expect(one).toEqual(two);
  expect(shared.bytes).toBe(kept);
  expect(kept.length).toBe(16_384);
  expect(before.length).toBe(0);
  expect(moved.bytes.length).toBe(16_384);
});

test("those who wait go ahead of files, and files go in their order", async () => {
  const pool = poolOf({ width: 1, worker: COUNTING });
  const jobs = [
    pool.hashFile(fileJob),
    pool.hashFile(fileJob),
    pool.hashFile(fileJob),
    pool.read(readJob),
    pool.hashBytes(GOOD),
    pool.read(readJob),
  ];
  const order = (await Promise.all(jobs)).map((result) => (result as unknown as Uint8Array)[0]);
  expect(order).toEqual([0, 4, 5, 1, 2, 3]);
});

test("nobody who waits is sent to a thread that is at a file", async () => {
  const pool = poolOf({ width: 1, worker: DYING_OF_FILES });
  const results = await Promise.allSettled([pool.hashFile(fileJob), pool.hashBytes(GOOD)]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
});

test("all threads get work", async () => {
  const pool = poolOf({ width: 3, worker: COUNTING });
  const counts = await Promise.all(Array.from({ length: 3 }, () => pool.hashFile(fileJob)));
  expect(counts).toEqual(Array.from({ length: 3 }, () => Uint8Array.of(0)));
});

test("a thread that dies takes its jobs along, and another one is started for the next", async () => {
  const pool = poolOf({ width: 1, worker: MORTAL });
  for (let deaths = 0; deaths < 4; deaths++) {
    const lethal = [pool.hashBytes(new Uint8Array(0)), pool.hashBytes(GOOD), pool.hashBytes(GOOD)];
    const [dead, ahead, queued] = await Promise.allSettled(lethal);
    expect(dead).toMatchObject({ status: "rejected", reason: STOPPED });
    expect(ahead).toMatchObject({ status: "rejected", reason: STOPPED });
    expect(queued).toEqual({ status: "fulfilled", value: GOOD });
  }
});

test("three deaths in a row are the end, for queued jobs too", async () => {
  const pool = poolOf({ width: 1, worker: MORTAL });
  const lethal = await Promise.allSettled(Array.from({ length: 8 }, () => pool.hashBytes(new Uint8Array(2))));
  for (const result of lethal) expect(result).toMatchObject({ status: "rejected", reason: STOPPED });
  await expect(pool.hashBytes(GOOD)).rejects.toMatchObject({ ...STOPPED, cause: { message: "planted" } });
});

test("a program that is not there is said, not waited for", async () => {
  const missing = poolOf({ width: 1, worker: pathToFileURL(`${ROOT}/src/store/not-there.ts`) });
  await expect(missing.hashBytes(GOOD)).rejects.toMatchObject(STOPPED);
  const impossible = poolOf({ width: 2, worker: new URL("http://127.0.0.1/worker.js") });
  await expect(impossible.hashBytes(GOOD)).rejects.toMatchObject(STOPPED);
});

test("closing waits for what is under way, and rejects what is not", async () => {
  const pool = new HashPool({ width: 1, worker: COUNTING });
  const order: string[] = [];
  const running = pool.hashFile(fileJob).then(() => order.push("running"));
  const queued = pool.hashFile(fileJob).catch((error: unknown) => error);
  await pool.close().then(() => order.push("closed"));
  expect(await queued).toMatchObject(STOPPED);
  await running;
  expect(order).toEqual(["running", "closed"]);
});

test("closing does not wait for a thread that dies over its last job", async () => {
  const pool = new HashPool({ width: 1, worker: MORTAL });
  const dying = expect(pool.hashBytes(new Uint8Array(0))).rejects.toMatchObject(STOPPED);
  await pool.close();
  await dying;
});

test("an idle pool does not keep the process alive, a working one does", () => {
  const script = `
    import { HashPool } from ${JSON.stringify(pathToFileURL(`${ROOT}/src/store/hash-pool.ts`).href)};
    const pool = new HashPool({ width: 2 });
    const hashes = await Promise.all([1, 2, 3].map((size) => pool.hashBytes(new Uint8Array(size))));
    console.log(hashes.length);`;
  const args = ["--input-type=module", "--eval", script];
  expect(execFileSync(process.execPath, args, { encoding: "utf8", timeout: 9000 })).toBe("3\n");
});
