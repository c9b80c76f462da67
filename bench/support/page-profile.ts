import type { CDPSession } from "playwright-core";
import { tableOf } from "../../lab/table.ts";
import type { Visit } from "./page-stand.ts";

const SHOWN = 15;

/** Where a page's main thread spends its time meanwhile: the functions that take most by themselves, as a table. */
export async function profiled({ context, page }: Visit, act: () => Promise<unknown>): Promise<string> {
  const session = await context.newCDPSession(page);
  await session.send("Profiler.enable");
  await session.send("Profiler.setSamplingInterval", { interval: 200 });
  await session.send("Performance.enable");
  const before = await secondsOf(session);
  await session.send("Profiler.start");
  await act();
  const { profile } = await session.send("Profiler.stop");
  const spent = new Map<number, number>();
  for (const [index, node] of (profile.samples ?? []).entries())
    spent.set(node, (spent.get(node) ?? 0) + (profile.timeDeltas?.[index] ?? 0));
  const byName = new Map<string, number>();
  for (const { id, callFrame } of profile.nodes) {
    const { functionName, url, lineNumber, columnNumber } = callFrame;
    const place = url === "" ? "" : ` ${url.slice(url.lastIndexOf("/") + 1)}:${lineNumber + 1}:${columnNumber + 1}`;
    const name = `${functionName || "(no name)"}${place}`;
    byName.set(name, (byName.get(name) ?? 0) + (spent.get(id) ?? 0) / 1000);
  }
  const all = (profile.endTime - profile.startTime) / 1000;
  const after = await secondsOf(session);
  const kinds = KINDS.map(
    (kind) => `${kind} ${(1000 * ((after.get(kind) ?? 0) - (before.get(kind) ?? 0))).toFixed(0)}`,
  );
  const rows = [...byName].sort(([, one], [, other]) => other - one).slice(0, SHOWN);
  const head = `\nmain thread, ms of ${all.toFixed(0)}: ${kinds.join(", ")}\n`;
  const table = tableOf(
    ["of its own", "ms", "%"],
    rows.map(([name, ms]) => [name, ms.toFixed(0), ((100 * ms) / all).toFixed(1)]),
  );
  return `${head}${table}`;
}

/** What the browser itself counts. */
const KINDS = ["TaskDuration", "ScriptDuration", "RecalcStyleDuration", "LayoutDuration"];

async function secondsOf(session: CDPSession): Promise<ReadonlyMap<string, number>> {
  const { metrics } = await session.send("Performance.getMetrics");
  return new Map(metrics.map(({ name, value }) => [name, value]));
}
