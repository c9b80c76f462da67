import { describe, expect, test } from "vitest";
import { STORE } from "../../../src/core/limits.ts";
import { Committer } from "../../../src/store/committer.ts";

/** Steps that write down what was done, and fail when told. */
class Steps {
  readonly done: string[] = [];
  syncError: Error | undefined;
  markError: Error | undefined;
  /** Resolves each sync when called. */
  #let: (() => void)[] = [];
  isHeld = false;

  async sync(): Promise<void> {
    this.done.push("sync");
    if (this.isHeld) await new Promise<void>((resolve) => this.#let.push(resolve));
    if (this.syncError !== undefined) throw this.syncError;
  }

  async mark(chunks: readonly number[]): Promise<void> {
    await Promise.resolve();
    this.done.push(`mark ${chunks.join(",")}`);
    if (this.markError !== undefined) throw this.markError;
  }

  release(): void {
    for (const one of this.#let.splice(0)) one();
  }

  write(chunk: number, error?: Error): () => Promise<void> {
    return async () => {
      await Promise.resolve();
      this.done.push(`write ${chunk}`);
      if (error !== undefined) throw error;
    };
  }
}

const systemError = (code: string): Error => Object.assign(new Error(code), { code, syscall: "write" });
/** Lets everything that can happen without the outside happen. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
};

describe("a committer", () => {
  test("writes, then syncs, then marks, and only then resolves", async () => {
    const steps = new Steps();
    await new Committer(steps).commit(7, steps.write(7)).then(() => steps.done.push("resolved"));
    expect(steps.done).toEqual(["write 7", "sync", "mark 7", "resolved"]);
  });

  test("makes sure of all that come together with one sync", async () => {
    const steps = new Steps();
    const committer = new Committer(steps);
    await Promise.all([1, 2, 3].map((chunk) => committer.commit(chunk, steps.write(chunk))));
    expect(steps.done).toEqual(["write 1", "write 2", "write 3", "sync", "mark 1,2,3"]);
  });

  test("writes while a sync is under way, and makes sure of it with the next", async () => {
    const steps = new Steps();
    steps.isHeld = true;
    const committer = new Committer(steps);
    const first = committer.commit(1, steps.write(1));
    await settle();
    const second = committer.commit(2, steps.write(2));
    await settle();
    expect(steps.done).toEqual(["write 1", "sync", "write 2"]);
    steps.isHeld = false;
    steps.release();
    await Promise.all([first, second]);
    expect(steps.done).toEqual(["write 1", "sync", "write 2", "mark 1", "sync", "mark 2"]);
  });

  test("never tries again after a sync that failed, and says so to all who wait", async () => {
    const steps = new Steps();
    steps.isHeld = true;
    steps.syncError = systemError("EIO");
    const committer = new Committer(steps);
    const first = committer.commit(1, steps.write(1));
    await settle();
    const second = committer.commit(2, steps.write(2));
    steps.release();
    await expect(first).rejects.toMatchObject({ code: "disk-failed", exitCode: 5 });
    await expect(second).rejects.toMatchObject({ code: "disk-failed" });
    steps.syncError = undefined;
    await expect(committer.commit(3, steps.write(3))).rejects.toMatchObject({ code: "disk-failed" });
    expect(steps.done).toEqual(["write 1", "sync", "write 2"]);
    expect(committer.failed).toMatchObject({ code: "disk-failed" });
  });
});

describe("a committer that cannot do everything", () => {
  test("refuses the one that could not be written, and goes on with the others", async () => {
    const steps = new Steps();
    const committer = new Committer(steps);
    const full = committer.commit(1, steps.write(1, systemError("ENOSPC")));
    const good = committer.commit(2, steps.write(2));
    await expect(full).rejects.toMatchObject({ code: "disk-full" });
    await good;
    expect(steps.done).toEqual(["write 1", "write 2", "sync", "mark 2"]);
    await committer.commit(1, steps.write(1));
  });

  test("syncs nothing when nothing was written", async () => {
    const steps = new Steps();
    await expect(new Committer(steps).commit(1, steps.write(1, systemError("ENOSPC")))).rejects.toThrow(/full/);
    expect(steps.done).toEqual(["write 1"]);
  });

  test("holds nothing that could not be marked, and takes it again later", async () => {
    const steps = new Steps();
    steps.markError = systemError("ENOSPC");
    const committer = new Committer(steps);
    await expect(committer.commit(1, steps.write(1))).rejects.toMatchObject({ code: "disk-full" });
    steps.markError = undefined;
    await committer.commit(1, steps.write(1));
    expect(steps.done.filter((step) => step === "mark 1")).toHaveLength(2);
  });

  test("lets no one wait for too many others", async () => {
    const steps = new Steps();
    const committer = new Committer(steps);
    const many = STORE.maxChunksPerSync + 1;
    await Promise.all(Array.from({ length: many }, (_, chunk) => committer.commit(chunk, steps.write(chunk))));
    expect(steps.done.filter((step) => step === "sync")).toHaveLength(2);
  });

  test("is idle when everything has ended", async () => {
    const steps = new Steps();
    const committer = new Committer(steps);
    void committer.commit(1, steps.write(1));
    await committer.idle();
    expect(steps.done).toEqual(["write 1", "sync", "mark 1"]);
  });
});
