import type { Lab } from "../lab.ts";
import type { LabNode } from "../lab-node.ts";
import { atLeast, atMost, type Outcome, type Scenario, so } from "../scenario.ts";
import { line, megabits } from "../shaping/link-shape.ts";
import { rateOf, watchFetch } from "../watched-fetch.ts";
import { outcomeOf } from "./fetched.ts";
import { isSameAs, shoalOf } from "./holders.ts";

/** One of three holders falls into a hole for good when a third has come; what it owed comes from the others. */
export const stall: Scenario = {
  name: "stall",
  about:
    "three holders at 50 Mbit/s; one goes silent for good, its connection stays: 85 % of the other two from then on",
  async run(lab: Lab): Promise<Outcome> {
    const { id, path, bytes, holders, client } = await shoalOf(lab, 192, [line(50, 20), line(50, 20), line(50, 20)]);
    let stalled: { atMs: number; bytes: number } | undefined;
    const fetch = await watchFetch(client, id, ({ atMs, progress }) => {
      if (stalled !== undefined || progress.receivedBytes < progress.bytes / 3) return;
      stalled = { atMs, bytes: progress.receivedBytes };
      lab.emulator.stall((holders[0] as LabNode).emulated, true);
    });
    if (stalled === undefined) throw new Error("the fetch was over before its third was seen");
    const share = (bytes - stalled.bytes) / (2 * megabits(50) * (fetch.ms - stalled.atMs));
    const demands = [
      atLeast("share of the two that are left", share, 0.85),
      so("bit-exact", await isSameAs(lab, client, id, path)),
    ];
    return outcomeOf(lab, fetch, demands, { share, stalledAtMs: stalled.atMs });
  },
};

/** Connections of all holders are cut again and again. */
export const cutConnections: Scenario = {
  name: "cut-connections",
  about:
    "three holders at 50 Mbit/s whose connections live for 3 s on average: complete, at a third of the rate or more",
  async run(lab: Lab): Promise<Outcome> {
    const shape = { ...line(50, 20), cutEveryMs: 3000 };
    const { id, path, client } = await shoalOf(lab, 96, [shape, shape, shape]);
    const fetch = await watchFetch(client, id);
    const share = rateOf(fetch) / (3 * megabits(50));
    const demands = [
      so("complete", fetch.result.outcome === "complete"),
      atLeast("share of the lines' sum", share, 0.33),
      atMost("received, of its bytes", fetch.result.progress.receivedBytes / fetch.result.progress.bytes, 1.2),
      so("bit-exact", await isSameAs(lab, client, id, path)),
    ];
    return outcomeOf(lab, fetch, demands, { share });
  },
};

/** The other side of a connection is gone, and the client's own side is not told. */
export const halfOpen: Scenario = {
  name: "half-open",
  about: "three holders; twice all connections end for them and not for the client: complete, bit-exact",
  async run(lab: Lab): Promise<Outcome> {
    const { id, path, client } = await shoalOf(lab, 96, [line(50, 20), line(50, 20), line(50, 20)]);
    const parts = [0.3, 0.6];
    const fetch = await watchFetch(client, id, ({ progress }) => {
      if (parts[0] === undefined || progress.bytes === 0 || progress.receivedBytes < parts[0] * progress.bytes) return;
      parts.shift();
      lab.emulator.halfOpen(client.emulated);
    });
    const demands = [
      so("both times came", parts.length === 0),
      so("complete", fetch.result.outcome === "complete"),
      so("bit-exact", await isSameAs(lab, client, id, path)),
    ];
    return outcomeOf(lab, fetch, demands);
  },
};

/** Holders come and go by chance, one at a time, one of five always away. */
export const churn: Scenario = {
  name: "churn",
  about:
    "five holders at 40 Mbit/s; every 2 s one is killed and the one before comes back: complete, at half the sum or more",
  async run(lab: Lab): Promise<Outcome> {
    const shapes = Array.from({ length: 5 }, () => line(40, 10, 5));
    const { id, path, holders, client } = await shoalOf(lab, 192, shapes);
    const random = lab.random.fork("churn");
    let isOver = false;
    let kills = 0;
    const churning = (async () => {
      let away: LabNode | undefined;
      while (!isOver) {
        const next = random.pick(holders.filter((node) => node !== away));
        await next.kill();
        kills++;
        await away?.start();
        away = next;
        await new Promise((resolve) => setTimeout(resolve, 2000));
      }
    })();
    const fetch = await watchFetch(client, id);
    isOver = true;
    await churning;
    const share = rateOf(fetch) / (4 * megabits(40));
    const demands = [
      so("complete", fetch.result.outcome === "complete"),
      atLeast("share of four lines", share, 0.5),
      atLeast("holders killed meanwhile", kills, 2),
      so("bit-exact", await isSameAs(lab, client, id, path)),
    ];
    return outcomeOf(lab, fetch, demands, { share, kills });
  },
};
