import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CardumeError } from "../core/errors.ts";
import { connectToNode, type RunningNode } from "../gateway/connect.ts";
import type { FetchResult } from "../node/node-types.ts";
import { monotonicMs } from "../runtime/clock.ts";
import type { DemoFlags } from "./demo.ts";
import { writeLongFilm } from "./demo-film.ts";
import { EXIT } from "./exit-code.ts";
import { formatBytes, formatDuration, formatRate } from "./format.ts";
import { type NodeChild, startNodeChild } from "./node-child.ts";
import { shortId } from "./video-text.ts";

const FILM = new URL("../../demo/shoal.mp4", import.meta.url);
/** Long enough to pull two plugs while it comes, short enough for a demonstration. */
const FILL_BYTES = 67_108_864;
/** What each node may send, so that there is something to see. */
const UPLOAD_LIMIT = "24M";
/** Shares of the film after which plugs are pulled. */
const PULLS = [0.25, 0.5];
const LOOK_MS = 10;

/** What a demonstration works with. */
interface Stage {
  readonly say: (text: string) => void;
  readonly work: string;
  readonly nodes: NodeChild[];
  readonly signal: AbortSignal;
}

/**
 * Shows the Cardume network on this machine: five nodes that know one contact, a film added on one, found by its title
 * from another, and fetched while two of its holders die.
 * @returns the exit code: 0 when the fetched file is the film, bit for bit
 */
export async function runShoalDemo(flags: DemoFlags): Promise<number> {
  const say = (text: string): void => {
    if (flags.json !== true) process.stdout.write(`${text}\n`);
  };
  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  const work = await mkdtemp(join(tmpdir(), "cardume-demo-"));
  const stage: Stage = { say, work, nodes: [], signal: abort.signal };
  try {
    return await show(stage, flags);
  } catch (error) {
    if (abort.signal.aborted) return EXIT.interrupted;
    throw error;
  } finally {
    await Promise.all(stage.nodes.map((node) => node.stop("SIGTERM")));
    await rm(work, { recursive: true, force: true });
  }
}

async function show(stage: Stage, flags: DemoFlags): Promise<number> {
  const { say, signal } = stage;
  const film = await makeFilm(stage, flags.video);
  const contact = await start(stage, "contact", []);
  say(`five nodes, each a process with a data folder of its own; four know only ${contact.address}`);
  const join_ = [contact.address];
  const [ana, bento, clara, dina] = (await Promise.all(
    ["ana", "bento", "clara", "dina"].map((name) => start(stage, name, join_)),
  )) as [NodeChild, NodeChild, NodeChild, NodeChild];
  signal.throwIfAborted();
  const id = await add(ana, film);
  const title = basename(film, extname(film));
  say(`ana adds a folder with "${title}" (${formatBytes((await stat(film)).size)}): ${shortId(id)}`);
  for (const node of [bento, clara]) {
    await using(node, async (running) => {
      const result = await running.node.fetch({ id }).done;
      say(`${node.name} gets it, from ${formatHolders(result, stage.nodes)}`);
    });
    signal.throwIfAborted();
  }
  return await using(dina, (running) =>
    fetchWhilePlugsArePulled(stage, flags, running, { film, title, victims: [ana, clara] }),
  );
}

async function fetchWhilePlugsArePulled(
  { say, signal, nodes, work }: Stage,
  flags: DemoFlags,
  { node, library }: RunningNode,
  { film, title, victims }: { film: string; title: string; victims: readonly NodeChild[] },
): Promise<number> {
  const holders = [];
  for await (const found of node.find(title, { signal })) holders.push(found);
  const [first] = holders;
  if (first === undefined)
    throw new CardumeError("demo-failed", "dina did not find the film", { exitCode: EXIT.incomplete });
  say("");
  say(`dina finds "${first.title}" by its title, with ${holders.length} holders, and fetches it:`);
  const startedAtMs = monotonicMs();
  const fetch = node.fetch({ id: first.id, holders });
  const pulls = [...victims];
  let isOver = false;
  const ended = fetch.done.finally(() => {
    isOver = true;
  });
  for (let share = PULLS[0]; share !== undefined && !isOver; share = PULLS[PULLS.length - pulls.length]) {
    signal.throwIfAborted();
    const progress = fetch.progress();
    const victim = pulls[0];
    if (victim === undefined) break;
    if (progress !== undefined && progress.bytes > 0 && progress.receivedBytes >= share * progress.bytes) {
      void victim.stop("SIGKILL");
      pulls.shift();
      say(`  at ${Math.round((100 * progress.receivedBytes) / progress.bytes)} % ${victim.name}'s plug is pulled`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  const result = await ended;
  const ms = monotonicMs() - startedAtMs;
  for (const { peer, receivedBytes } of result.progress.holders)
    say(
      `  ${nameOf(peer, nodes).padEnd(7)} sent ${formatBytes(receivedBytes).padStart(8)}  ${bar(receivedBytes / result.progress.bytes)}`,
    );
  say(
    `${formatBytes(result.progress.bytes)} in ${formatDuration(ms)}, ${formatRate(result.progress.bytes, ms)}, every byte checked`,
  );
  const place = flags.out ?? work;
  await mkdir(place, { recursive: true });
  const out = join(place, `fetched-${basename(film)}`);
  if (result.outcome === "complete") await library.export(first.id, out, { force: true });
  return await tell(flags, say, { film, out, result, ms });
}

async function tell(
  flags: DemoFlags,
  say: (text: string) => void,
  { film, out, result, ms }: { film: string; out: string; result: FetchResult; ms: number },
): Promise<number> {
  const original = await sha256(film);
  const fetched = result.outcome === "complete" ? await sha256(out) : "nothing";
  const isSame = original === fetched;
  say("");
  say(`SHA-256 of the original  ${original}`);
  say(`SHA-256 of the fetched   ${fetched}`);
  say(isSame ? "identical" : "NOT identical");
  if (isSame && flags.out !== undefined) say(`play it: ${out}`);
  if (flags.json === true) {
    const { bytes, receivedBytes, holders } = result.progress;
    const from = holders.map(({ peer, receivedBytes: sent, state }) => ({ peer, bytes: sent, state }));
    const report = {
      event: "demo",
      identical: isSame,
      sha256: fetched,
      bytes,
      receivedBytes,
      fetchMs: ms,
      holders: from,
    };
    process.stdout.write(`${JSON.stringify(report)}\n`);
  }
  return isSame ? EXIT.done : EXIT.incomplete;
}

/** The film that is added: a person's own as it is, or the one that comes along, made long. */
async function makeFilm({ work }: Stage, video: string | undefined): Promise<string> {
  const folder = join(work, "Videos");
  await mkdir(folder);
  if (video === undefined) {
    const film = join(folder, "shoal.mp4");
    await writeLongFilm(fileURLToPath(FILM), film, FILL_BYTES);
    return film;
  }
  const film = join(folder, basename(video));
  await copyFile(video, film).catch((cause: NodeJS.ErrnoException) => {
    const why = WHY[cause.code ?? ""] ?? cause.code ?? cause.message;
    throw new CardumeError("file-missing", `cannot read ${video}: ${why}`, { cause });
  });
  return film;
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
};

async function start(stage: Stage, name: string, join_: readonly string[]): Promise<NodeChild> {
  stage.signal.throwIfAborted();
  const node = await startNodeChild(name, join(stage.work, name), join_, ["--upload-limit", UPLOAD_LIMIT]);
  stage.nodes.push(node);
  return node;
}

async function using<Result>(child: NodeChild, action: (running: RunningNode) => Promise<Result>): Promise<Result> {
  const running = await connectToNode(child.folder);
  if (running === undefined)
    throw new CardumeError("node-failed", `${child.name}'s node does not answer`, { exitCode: EXIT.refused });
  try {
    return await action(running);
  } finally {
    await running.library.close();
  }
}

const add = (node: NodeChild, film: string): Promise<Uint8Array> =>
  using(node, async ({ library }) => {
    for await (const report of library.add([film])) if (report.outcome === "failed") throw report.error;
    const [video] = await library.list();
    if (video === undefined)
      throw new CardumeError("demo-failed", "the film was not added", { exitCode: EXIT.incomplete });
    return video.id;
  });

const formatHolders = ({ progress }: FetchResult, nodes: readonly NodeChild[]): string =>
  progress.holders
    .filter(({ receivedBytes }) => receivedBytes > 0)
    .map(({ peer, receivedBytes }) => `${nameOf(peer, nodes)} (${formatBytes(receivedBytes)})`)
    .join(" and ");

const nameOf = (peer: string, nodes: readonly NodeChild[]): string =>
  nodes.find(({ peerId }) => peerId === peer)?.name ?? peer;

const bar = (share: number): string => "█".repeat(Math.round(share * 50));

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path)) hash.update(bytes as Uint8Array);
  return hash.digest("hex");
}
