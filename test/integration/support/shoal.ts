import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, type TestAPI } from "vitest";
import { type Fish, type FishOptions, startFish } from "./fish.ts";

/** Nodes of one test in this process, all stopped when it ends. */
export class Shoal {
  readonly #fishes: Fish[] = [];
  readonly #folders: string[] = [];

  async fish(options: FishOptions = {}): Promise<Fish> {
    const fish = await startFish({ folder: this.#folder(), ...options });
    this.#fishes.push(fish);
    return fish;
  }

  #folder(): string {
    const folder = mkdtempSync(join(tmpdir(), "cardume-test-"));
    this.#folders.push(folder);
    return folder;
  }

  async end(): Promise<void> {
    await Promise.all(this.#fishes.map((fish) => fish.stop()));
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** A test with a {@link Shoal}. */
export const test: TestAPI<{ shoal: Shoal }> = base.extend<{ shoal: Shoal }>({
  shoal: async ({ task: _ }, use) => {
    const shoal = new Shoal();
    try {
      await use(shoal);
    } finally {
      await shoal.end();
    }
  },
});
