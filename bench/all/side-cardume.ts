import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fromBase32 } from "../../src/core/content/base32.ts";
import { runOurs } from "../support/network-ours.ts";
import { hasGateway, ours } from "../support/watch-ours.ts";
import { idleCardume, liarsCardume, roughCardume } from "./cardume-lines.ts";
import { startBare, startHolder, startUp } from "./cardume-nodes.ts";
import { findCardume } from "./finding.ts";
import { type Folder, hashOfFiles } from "./material.ts";
import { planted } from "./plant.ts";
import { type Does, type Figures, OURS, type Side, type Stand } from "./side.ts";
import { cardumeSize } from "./sizes.ts";
import type { TaskOf } from "./task.ts";
import { figuresOf, metered } from "./usage.ts";
import { watchBy } from "./watching.ts";

/** Videos fetched at one time, as a program would that has a list of them. */
const AT_ONCE = 16;
const PATIENCE_MS = 300_000;

async function transfer({ senders }: TaskOf<"transfer">, stand: Stand): Promise<Figures> {
  const material = await stand.file();
  return figuresOf(material.bytes, await planted(() => runOurs(material, senders, true)));
}

async function folder(_: unknown, stand: Stand): Promise<Figures> {
  const files = await stand.files();
  const root = join(stand.folder, "cardume");
  const holder = await startHolder(join(root, "holder"), [files.path]);
  const list = join(stand.folder, "ids");
  const lines = [...holder.ids].map(([name, id]) => `${id} ${statSync(join(files.path, name)).size}`);
  writeFileSync(list, lines.join("\n"));
  const data = join(root, "client");
  const client = startBare(stand.folder, "folder-client", [data, list, String(AT_ONCE), holder.address]);
  try {
    await client.says(/^ready$/m);
    const parties = { from: [holder.program.pid], to: client.pid, bytes: files.bytes, folder: stand.folder };
    let ms = 0;
    const figures = await planted(() =>
      metered(parties, async () => {
        client.child.stdin?.write("go\n");
        ms = Number((await client.says(/^done (\S+)$/m, PATIENCE_MS))[1]);
        return ms;
      }),
    );
    client.child.stdin?.write("end\n");
    await client.ended;
    check(data, files, holder.ids);
    return { filesPerS: (files.names.length * 1000) / ms, ...figures };
  } finally {
    await client.kill();
    await holder.program.kill();
    rmSync(root, { recursive: true, force: true });
  }
}

function check(data: string, files: Folder, ids: ReadonlyMap<string, string>): void {
  const contentOf = (name: string): string =>
    join(data, "videos", Buffer.from(fromBase32(ids.get(name) ?? "") as Uint8Array).toString("hex"), "content");
  if (hashOfFiles(files.names, contentOf) !== files.sha256) throw new Error("the small files are not what was sent");
}

async function start(_: unknown, stand: Stand): Promise<Figures> {
  const data = join(stand.folder, "cardume-start");
  try {
    // The first start makes the library: the second is what happens every day.
    await (await startUp(data, "0")).program.kill("SIGTERM");
    const startedAtMs = performance.now();
    const { program } = await startUp(data, "0");
    const ms = performance.now() - startedAtMs;
    await program.kill("SIGTERM");
    return { ms };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

const does: Does = {
  transfer,
  folder,
  watch: (task, stand) => watchBy(ours, task, stand),
  rough: roughCardume,
  liars: liarsCardume,
  idle: idleCardume,
  find: findCardume,
  start,
  size: cardumeSize,
};

/** Our own, as it is built for publishing: dist/ has to be there. */
export const cardume: Side = {
  name: OURS,
  isLimit: false,
  available: async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    return (await hasGateway()) ? { version } : { why: "its up has no --http" };
  },
  does,
};
