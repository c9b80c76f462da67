import { CardumeError } from "../core/errors.ts";
import type { FollowedFetch } from "../gateway/node-face.ts";
import type { FetchResult, FetchTarget, FoundVideo } from "../node/node-types.ts";
import type { VideoInfo } from "../store/video-info.ts";
import { EXIT } from "./exit-code.ts";
import { checkPlace, placeFor } from "./export-place.ts";
import type { GetFlags } from "./get.ts";
import { GetTelling } from "./get-telling.ts";
import { joinablePeers } from "./joinable-peers.ts";
import { groupsOf, type Meant, meantBy, theOne } from "./meant-video.ts";
import type { NodeFlags } from "./node-flags.ts";
import { Output } from "./output.ts";
import { type NodeSession, withNode } from "./with-node.ts";
import { checkStdout, endInterrupted, writeToStdout } from "./write-to-stdout.ts";

/** Fetches one video as the command line orders it, tells of it, and returns the exit code. */
export async function getVideo(text: string, flags: GetFlags, nodeFlags: NodeFlags): Promise<number> {
  const { output: file, keep, force = false } = flags;
  if (!keep && file === undefined)
    throw new CardumeError("output-missing", "--no-keep needs -o: there would be nothing left of it");
  if (file === "-") checkStdout();
  else if (file !== undefined) await checkPlace(file, force);
  const output = new Output(flags.json === true, file === "-" ? process.stderr : process.stdout);
  const exitCode = await withNode(
    "get",
    flags,
    nodeFlags,
    (session) => getIn(session, text, { ...flags, again: againFlags(flags, nodeFlags) }),
    output,
  );
  if (exitCode === EXIT.interrupted && file === "-") endInterrupted();
  return exitCode;
}

/** The options that a second try needs, too. */
function againFlags({ data, output, keep }: GetFlags, { join }: NodeFlags): string[] {
  const joins = [join ?? []].flat().flatMap((address) => ["--join", String(address)]);
  const place = output === undefined ? [] : ["-o", output, ...(keep ? [] : ["--no-keep"])];
  return [...(data === undefined ? [] : ["--data", data]), ...place, ...joins];
}

/** What of the command's options matters once it has begun. */
export type GetOptions = Pick<GetFlags, "output" | "force" | "keep"> & {
  /** Options with which the same command goes on. */
  readonly again?: readonly string[];
};

/** The same with a session. */
export async function getIn(session: NodeSession, text: string, options: GetOptions): Promise<number> {
  const { library } = session;
  const meant = meantBy(text);
  const here = meant.id === undefined ? await hereByTitle(session, meant.words) : await library.get(meant.id);
  const telling = new GetTelling(session.output, text, options.again ?? []);
  if (here?.state === "complete") return handOver(session, here, { ...options, keep: true }, telling, undefined);
  const fetch = await begin(session, meant, here, telling);
  const stop = (): void => fetch.stop();
  session.signal.addEventListener("abort", stop, { once: true });
  if (session.signal.aborted) stop();
  telling.follow(fetch);
  const result = await fetch.done;
  if (result.outcome !== "complete") {
    const isOurStop = session.signal.aborted;
    if (result.outcome === "stopped" && !isOurStop && (await isGone(session, fetch.id))) throw removed();
    return telling.failed(result, isOurStop);
  }
  const video = await library.get(fetch.id);
  if (video === undefined) throw removed();
  return handOver(session, video, options, telling, result);
}

const removed = (): CardumeError =>
  new CardumeError("video-unknown", "it was removed meanwhile", { exitCode: EXIT.notFound });

/** Whether somebody has removed it while it came. A node that is gone cannot say. */
const isGone = ({ library }: NodeSession, id: Uint8Array): Promise<boolean> =>
  library.get(id).then(
    (video) => video === undefined,
    () => false,
  );

/** An exact title or the beginning of an id of what is here, perhaps in part. */
async function hereByTitle({ library }: NodeSession, words: string): Promise<VideoInfo | undefined> {
  try {
    return await library.find(words);
  } catch (error) {
    if (error instanceof CardumeError && error.code === "video-unknown") return undefined;
    throw error;
  }
}

async function begin(
  session: NodeSession,
  meant: Meant,
  here: VideoInfo | undefined,
  telling: GetTelling,
): Promise<FollowedFetch> {
  const { output, signal } = session;
  output.follow(() => telling.progressText());
  if (meant.id !== undefined) {
    const node = await session.node(joinablePeers(meant.link));
    return node.fetch({ id: meant.id, ...(meant.link === undefined ? {} : { link: meant.link }) });
  }
  const node = await session.node([]);
  if (here !== undefined) return node.fetch({ id: here.id });
  const found: FoundVideo[] = [];
  for await (const one of node.find(meant.words, { signal })) found.push(one);
  signal.throwIfAborted();
  const { peers } = await node.status();
  const { id, holders } = theOne(groupsOf(found), meant.words, peers.length);
  const target: FetchTarget = { id, holders };
  return node.fetch(target);
}

/** What came, or was here: to where it was wanted. */
async function handOver(
  { library, signal }: NodeSession,
  video: VideoInfo,
  { output: file, force = false, keep }: GetOptions,
  telling: GetTelling,
  result: FetchResult | undefined,
): Promise<number> {
  const { id } = video;
  if (file === undefined) {
    telling.got(video, { path: (await library.details(id)).path, isKept: true, result });
    return EXIT.done;
  }
  telling.writing(video);
  const onBytes = (bytes: number): void => telling.wrote(bytes);
  let path: string | undefined;
  if (file === "-") {
    // Whoever closes the player has had what they wanted: it is kept, unless it was not to be.
    if (!(await writeToStdout(library.stream(id), signal, onBytes))) {
      if (!keep) await library.remove(id);
      return EXIT.incomplete;
    }
  } else {
    path = await placeFor(file, video);
    await library.export(id, path, { force, signal, onBytes });
  }
  if (!keep) await library.remove(id);
  telling.got(video, { path, isKept: keep, result });
  return EXIT.done;
}
