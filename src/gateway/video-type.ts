import { safeFileName } from "../store/export-name.ts";

/** How the bytes of a video are named to whoever gets them. */
export interface VideoType {
  readonly contentType: string;
  readonly contentDisposition: string;
}

/**
 * By what publishers call them. Nothing that is not here is ever named to a browser: what is said of a video comes from
 * strangers, and a page, a picture with scripts or a document would be run as ours.
 */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  "application/ogg": "application/ogg",
  "audio/aac": "audio/aac",
  "audio/flac": "audio/flac",
  "audio/mp4": "audio/mp4",
  "audio/mpeg": "audio/mpeg",
  "audio/ogg": "audio/ogg",
  "audio/wav": "audio/wav",
  "audio/webm": "audio/webm",
  "audio/x-matroska": "audio/x-matroska",
  "text/vtt": "text/vtt; charset=utf-8",
  "video/mp2t": "video/mp2t",
  "video/mp4": "video/mp4",
  "video/ogg": "video/ogg",
  "video/quicktime": "video/quicktime",
  "video/webm": "video/webm",
  "video/x-matroska": "video/x-matroska",
};

/** By the file name's ending, for files that nothing was said of. */
const ENDINGS: Readonly<Record<string, string>> = {
  ...{ "3gp": "video/3gpp", "3g2": "video/3gpp2", aac: "audio/aac", avi: "video/x-msvideo", f4v: "video/mp4" },
  ...{ flac: "audio/flac", m2ts: "video/mp2t", m4a: "audio/mp4", m4b: "audio/mp4", m4v: "video/mp4" },
  ...{ mka: "audio/x-matroska", mkv: "video/x-matroska", mov: "video/quicktime", mp3: "audio/mpeg" },
  ...{ mp4: "video/mp4", mts: "video/mp2t", oga: "audio/ogg", ogg: "audio/ogg", ogv: "video/ogg" },
  ...{ opus: "audio/ogg", qt: "video/quicktime", srt: "application/x-subrip", ts: "video/mp2t" },
  ...{ vtt: "text/vtt; charset=utf-8", wav: "audio/wav", weba: "audio/webm", webm: "video/webm" },
};

const UNKNOWN = "application/octet-stream";

/** What a video's bytes are called. @param said what a publisher claims; what is missing there is empty */
export function videoType(said: { readonly mediaType: string; readonly fileName: string }): VideoType {
  const known = knownType(said);
  const disposition = known === undefined ? "attachment" : "inline";
  return {
    contentType: known ?? UNKNOWN,
    contentDisposition: said.fileName === "" ? disposition : `${disposition}; ${fileNames(said.fileName)}`,
  };
}

function knownType({ mediaType, fileName }: { mediaType: string; fileName: string }): string | undefined {
  const bare = mediaType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (bare !== "" && bare !== UNKNOWN) return Object.hasOwn(MEDIA_TYPES, bare) ? MEDIA_TYPES[bare] : undefined;
  const ending = /\.([a-z0-9]{1,5})$/i.exec(fileName)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
}

/** The name in ASCII, and all of it for those who know RFC 8187. */
function fileNames(name: string): string {
  const safe = safeFileName(name);
  const ascii = safe
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .replace(/[^ !#-$&-[\]-~]/g, "_");
  const all = encodeURIComponent(safe.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${ascii}"; filename*=UTF-8''${all}`;
}
