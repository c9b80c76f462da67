import { availableParallelism } from "node:os";
import type { ViteUserConfig } from "vitest/config";

// Pure tests share one worker (many times faster for small files); what opens sockets gets a process per file.
const shared = { pool: "threads", isolate: false };
const alone = { pool: "forks", isolate: true };

const project = (name: string, testTimeout: number, more: object): object => ({
  extends: true,
  test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout, hookTimeout: testTimeout, ...more },
});

const config: ViteUserConfig = {
  test: {
    // By itself it leaves one processor free, of two as well: half of a run is waiting for processes and sockets.
    maxWorkers: Math.max(2, availableParallelism()),
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      reporter: ["text-summary", "html"],
      reportsDirectory: "coverage",
    },
    projects: [
      project("unit", 10_000, shared),
      project("property", 120_000, shared),
      project("contract", 20_000, shared),
      project("sim", 120_000, shared),
      project("integration", 60_000, alone),
      // A real Chromium, one test file at a time: it takes both processors by itself.
      project("browser", 120_000, {
        ...alone,
        globalSetup: ["test/browser/support/find-chromium.ts"],
        fileParallelism: false,
      }),
    ],
  },
};

export default config;
