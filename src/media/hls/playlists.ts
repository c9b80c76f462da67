import type { MediaInfo, MediaTrack } from "../playable-types.ts";

/** What a multivariant playlist says beside the tracks. */
export interface MasterFacts {
  readonly info: MediaInfo;
  readonly fileBytes: number;
}

const HEAD = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"];

/** The most that a segment is taken to exceed the average by: nothing chooses by it, there is one rendition. */
const PEAK_FACTOR = 2;

/**
 * The multivariant playlist. Pictures are the first track of them that is wanted; sound and subtitles are all to be
 * chosen from. Sound of different codecs comes in variants of their own, so that a player passes over what it cannot
 * play; those that were asked for by their numbers are one group: whoever asks knows what it can play.
 * @param tracks the numbers of those wanted; all unless told
 */
export function masterPlaylist({ info, fileBytes }: MasterFacts, tracks?: readonly number[]): string {
  const shown = info.tracks.filter((track) => track.problem === undefined && (tracks?.includes(track.number) ?? true));
  const video = shown.find(({ kind }) => kind === "video");
  const audios = shown.filter(({ kind }) => kind === "audio");
  const subtitles = shown.filter(({ kind }) => kind === "subtitle");
  const groups = groupsOf(audios, tracks !== undefined);
  const average = Math.ceil((fileBytes * 8) / Math.max(1, info.durationMs / 1000));
  const lines = [...HEAD];
  for (const [id, group] of groups) lines.push(...mediaLines("AUDIO", id, group));
  lines.push(...mediaLines("SUBTITLES", "text", subtitles));
  const variants: [string | undefined, MediaTrack[]][] = groups.size === 0 ? [[undefined, []]] : [...groups];
  for (const [id, group] of variants) {
    const main = video ?? defaultOf(group);
    if (main === undefined) continue;
    const parts = [`BANDWIDTH=${average * PEAK_FACTOR}`, `AVERAGE-BANDWIDTH=${average}`, ...looksOf(video, group)];
    if (id !== undefined) parts.push(`AUDIO="${id}"`);
    if (subtitles.length > 0) parts.push(`SUBTITLES="text"`);
    lines.push(`#EXT-X-STREAM-INF:${parts.join(",")}`, `t${main.number}.m3u8`);
  }
  return `${lines.join("\n")}\n`;
}

function looksOf(video: MediaTrack | undefined, group: readonly MediaTrack[]): string[] {
  const codecs = codecsOf(video === undefined ? group : [video, ...group]);
  const parts = codecs === "" ? [] : [`CODECS="${codecs}"`];
  if (video?.width && video.height) parts.push(`RESOLUTION=${video.width}x${video.height}`);
  return parts;
}

function groupsOf(audios: readonly MediaTrack[], isOne: boolean): Map<string, MediaTrack[]> {
  const groups = new Map<string, MediaTrack[]>();
  // The file's own choice first: players begin with the first variant.
  const first = defaultOf(audios);
  const inOrder = first === undefined ? audios : [first, ...audios.filter((audio) => audio !== first)];
  for (const audio of inOrder) {
    const id = isOne ? "sound" : `sound-${(audio.codec ?? "").replace(/[^a-z0-9-]/g, "")}`;
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [audio]);
    else group.push(audio);
  }
  return groups;
}

const defaultOf = (tracks: readonly MediaTrack[]): MediaTrack | undefined =>
  tracks.find(({ isDefault }) => isDefault) ?? tracks[0];

/** MP3 goes out as it is, which players know by themselves, and which CODECS has no word for that all of them know. */
function codecsOf(tracks: readonly MediaTrack[]): string {
  const strings = tracks.filter(({ codec }) => codec !== "mp3").map(({ codecString }) => codecString ?? "");
  return [...new Set(strings.filter((codec) => /^[A-Za-z0-9.-]{1,64}$/.test(codec)))].join(",");
}

function mediaLines(type: "AUDIO" | "SUBTITLES", group: string, tracks: readonly MediaTrack[]): string[] {
  const names = new Set<string>();
  const chosen = type === "AUDIO" ? defaultOf(tracks) : undefined;
  return tracks.map((track) => {
    const parts = [`TYPE=${type}`, `GROUP-ID="${group}"`, `NAME="${nameOf(track, names)}"`];
    if (/^[A-Za-z0-9-]{2,35}$/.test(track.language)) parts.push(`LANGUAGE="${track.language}"`);
    // A player shows subtitles when they are in its viewer's language, or when they are asked for.
    parts.push(`DEFAULT=${track === chosen ? "YES" : "NO"}`, "AUTOSELECT=YES");
    if (track.channels !== undefined) parts.push(`CHANNELS="${track.channels}"`);
    return `#EXT-X-MEDIA:${[...parts, `URI="t${track.number}.m3u8"`].join(",")}`;
  });
}

/** Names are different within a group; a quote or a line break would end one. */
function nameOf({ title, language, number }: MediaTrack, taken: Set<string>): string {
  const wish = (title || language || `Track ${number}`).replace(/["\r\n]/g, "'");
  const name = taken.has(wish) ? `${wish} (${number})` : wish;
  taken.add(name);
  return name;
}

/** What a track's segments are, and how their names end. */
export type SegmentKind = "m4s" | "mp3" | "vtt";

/** A track's playlist. @param lengthsS of its segments, in order */
export function trackPlaylist(track: number, kind: SegmentKind, lengthsS: readonly number[]): string {
  const longestS = lengthsS.reduce((longest, length) => Math.max(longest, length), 1);
  const lines = [
    ...HEAD,
    `#EXT-X-TARGETDURATION:${Math.ceil(longestS)}`,
    "#EXT-X-MEDIA-SEQUENCE:0",
    "#EXT-X-PLAYLIST-TYPE:VOD",
  ];
  if (kind === "m4s") lines.push(`#EXT-X-MAP:URI="t${track}/init.mp4"`);
  for (const [index, lengthS] of lengthsS.entries())
    lines.push(`#EXTINF:${lengthS.toFixed(6)},`, `t${track}/${index}.${kind}`);
  return `${lines.join("\n")}\n#EXT-X-ENDLIST\n`;
}
