import type { Agent } from "node:http";
import { firstFrameEnd } from "./watch-fragment.ts";
import { get, getText, keptConnections } from "./watch-http.ts";
import { pause, timed, type Viewer } from "./watch-viewer.ts";

/** What is fetched beyond the place that is shown: hls.js's own value. */
const BUFFER_S = 30;

/** A rendition's playlist: its initialisation segment, and when each segment begins. */
interface Playlist {
  readonly initUrl: string;
  readonly segments: readonly { readonly url: string; readonly atS: number; readonly endS: number }[];
}

/**
 * A viewer by HLS that asks for what hls.js asks for, video and audio side by side: the playlists, the initialisation
 * segments, the segments. A frame is here when its bytes of the video's segment are, the rest still coming.
 */
export function hlsViewer(masterUrl: string): Viewer {
  const agent = keptConnections();
  let playlists: readonly Playlist[] = [];
  let playing = new AbortController();
  const playFrom = async (atS: number): Promise<void> => {
    playing.abort();
    playing = new AbortController();
    const { signal } = playing;
    const [video, ...others] = playlists;
    if (video === undefined) throw new Error(`${masterUrl} names no playlist`);
    for (const other of others) void play(other, atS, agent, signal, () => {});
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    void play(video, atS, agent, signal, resolve).catch(reject);
    await promise;
  };
  return {
    open: () =>
      timed(async () => {
        playlists = await Promise.all(
          playlistsOf(await getText(masterUrl, agent), masterUrl).map((url) => loaded(url, agent)),
        );
        await playFrom(0);
      }),
    // Some way into the group: a person does not hit a key frame.
    seek: ({ atS }) => timed(() => playFrom(atS + 0.5)),
    close: () => {
      playing.abort();
      agent.destroy();
      return Promise.resolve();
    },
  };
}

/** The video's playlist, then the default audio's where it is apart. */
export function playlistsOf(master: string, masterUrl: string): string[] {
  const lines = master.split(/\r?\n/);
  const variantAt = lines.findIndex((line) => line.startsWith("#EXT-X-STREAM-INF"));
  const audio = lines.find((line) => /^#EXT-X-MEDIA:.*TYPE=AUDIO/.test(line) && /URI="/.test(line));
  const names = [lines[variantAt + 1], /URI="([^"]*)"/.exec(audio ?? "")?.[1]];
  return names
    .filter((name) => name !== undefined && name !== "")
    .map((name) => new URL(name as string, masterUrl).href);
}

async function loaded(url: string, agent: Agent): Promise<Playlist> {
  const text = await getText(url, agent);
  const segments: { url: string; atS: number; endS: number }[] = [];
  let [atS, lengthS] = [0, 0];
  for (const line of text.split(/\r?\n/)) {
    lengthS = Number(/^#EXTINF:([\d.]+)/.exec(line)?.[1] ?? lengthS);
    if (line === "" || line.startsWith("#")) continue;
    segments.push({ url: new URL(line, url).href, atS, endS: atS + lengthS });
    atS += lengthS;
  }
  const initUrl = new URL(/#EXT-X-MAP:.*URI="([^"]*)"/.exec(text)?.[1] ?? "", url).href;
  await get(initUrl, agent, () => undefined);
  return { initUrl, segments };
}

/** Gets a rendition from some second on, segment by segment, until it is told to stop. */
async function play(
  { segments }: Playlist,
  atS: number,
  agent: Agent,
  signal: AbortSignal,
  firstFrame: () => void,
): Promise<void> {
  const from = segments.findIndex(({ endS }) => endS > atS);
  const startedAtMs = performance.now();
  for (const { url, atS: beginsS } of segments.slice(from)) {
    const waitMs = (beginsS - atS - BUFFER_S) * 1000 - (performance.now() - startedAtMs);
    if (waitMs > 0) await pause(waitMs);
    if (signal.aborted) return;
    const parts: Buffer[] = [];
    let [bytes, wanted] = [0, undefined as number | undefined];
    let isHere = url !== segments[from]?.url;
    const take = (part: Buffer): undefined => {
      if (isHere) return;
      parts.push(part);
      bytes += part.length;
      wanted ??= firstFrameEnd(Buffer.concat(parts));
      isHere = wanted !== undefined && bytes >= wanted;
      if (isHere) firstFrame();
    };
    try {
      await get(url, agent, take, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    if (!isHere) throw new Error(`${url} ended before its first frame`);
  }
}
