import type Hls from "hls.js";
import type { ErrorData } from "hls.js";
import { loadHls } from "./hls-code.ts";
import type { Plan } from "./play-plan.ts";
import { Subtitles } from "./subtitles.ts";

/** A track to choose. Texts are the file's own claims. */
export interface Choice {
  readonly place: number;
  readonly name: string;
  readonly language: string;
}

/** What there is to choose, and what is chosen; -1: none. */
export interface Choices {
  readonly audio: readonly Choice[];
  readonly audioAt: number;
  readonly subtitles: readonly Choice[];
  readonly subtitlesAt: number;
}

/** Nothing to choose. */
export const NO_CHOICES: Choices = { audio: [], audioAt: -1, subtitles: [], subtitlesAt: -1 };

/** What a source tells. `late`: the bytes do not come; `unplayable`: they cannot be played. */
export interface SourceEvents {
  choices(choices: Choices): void;
  failed(why: "late" | "unplayable"): void;
}

/** Something that plays in a video element. */
export interface Source {
  chooseAudio(place: number): void;
  /** @param place -1: none */
  chooseSubtitles(place: number): void;
  close(): void;
}

/** Has a plan played, from a place on. @param from in seconds */
export function playIn(video: HTMLVideoElement, plan: Plan, from: number, events: SourceEvents): Source {
  if (plan.kind === "direct") return new DirectSource(video, plan, from, events);
  if (plan.kind === "hls") return new HlsSource(video, plan.url, from, events);
  return NOTHING;
}

const NOTHING: Source = { chooseAudio: () => {}, chooseSubtitles: () => {}, close: () => {} };

/** So often a source is tried anew where bytes did not come, each after a longer wait. */
const TRIES = 4;
const PAUSE_MS = 1000;

/** The file itself. When the browser does not take it after all, HLS of it. */
class DirectSource implements Source {
  readonly #video: HTMLVideoElement;
  readonly #abort = new AbortController();
  #other: Source | undefined;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(video: HTMLVideoElement, plan: Plan & { readonly kind: "direct" }, from: number, events: SourceEvents) {
    this.#video = video;
    video.addEventListener("error", () => this.#failed(plan, events), { signal: this.#abort.signal });
    video.addEventListener("playing", () => (this.#failures = 0), { signal: this.#abort.signal });
    this.#load(plan.url, from);
  }

  chooseAudio(place: number): void {
    this.#other?.chooseAudio(place);
  }

  chooseSubtitles(place: number): void {
    this.#other?.chooseSubtitles(place);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#abort.abort();
    this.#other?.close();
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  #load(url: string, at: number): void {
    this.#video.src = url;
    if (at > 0) this.#video.currentTime = at;
  }

  #failed(plan: Plan & { readonly kind: "direct" }, events: SourceEvents): void {
    const { error, currentTime } = this.#video;
    if (error === null || this.#other !== undefined) return;
    const isNetwork = error.code === MediaError.MEDIA_ERR_NETWORK;
    if (isNetwork && this.#failures < TRIES) {
      this.#timer = setTimeout(
        () => {
          this.#load(plan.url, currentTime);
          void this.#video.play().catch(() => {});
        },
        PAUSE_MS * 2 ** this.#failures++,
      );
    } else if (isNetwork || plan.orElse.kind === "none") events.failed(isNetwork ? "late" : "unplayable");
    else {
      this.#video.removeAttribute("src");
      this.#other = playIn(this.#video, plan.orElse, currentTime, events);
    }
  }
}

/** HLS by hls.js, which is loaded now; where there are no media sources (iPhones), by the browser itself. */
class HlsSource implements Source {
  readonly #video: HTMLVideoElement;
  readonly #events: SourceEvents;
  #hls: Hls | undefined;
  #subtitles: Subtitles | undefined;
  #isClosed = false;
  #failures = 0;
  #wasRecovered = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(video: HTMLVideoElement, url: string, from: number, events: SourceEvents) {
    this.#video = video;
    this.#events = events;
    this.#start(url, from).catch(() => events.failed("unplayable"));
  }

  chooseAudio(place: number): void {
    if (this.#hls !== undefined) this.#hls.audioTrack = place;
  }

  chooseSubtitles(place: number): void {
    if (this.#hls === undefined) return;
    this.#hls.subtitleDisplay = place >= 0;
    this.#hls.subtitleTrack = place;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#hls?.destroy();
    this.#subtitles?.close();
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  async #start(url: string, from: number): Promise<void> {
    const { default: Player, Events } = await loadHls();
    if (this.#isClosed) return;
    if (!Player.isSupported()) {
      this.#video.src = url;
      if (from > 0) this.#video.currentTime = from;
      return;
    }
    const hls = new Player({
      startPosition: from > 0 ? from : -1,
      maxBufferLength: 30,
      maxMaxBufferLength: 60,
      backBufferLength: 30,
      renderTextTracksNatively: false,
      // What nobody near has is looked for as long as the gateway does.
      fragLoadPolicy: { default: LOAD_POLICY },
      manifestLoadPolicy: { default: LOAD_POLICY },
      playlistLoadPolicy: { default: LOAD_POLICY },
    });
    this.#hls = hls;
    this.#subtitles = new Subtitles(this.#video, hls, Events);
    const tell = (): void => this.#events.choices(choicesOf(hls));
    hls.on(Events.AUDIO_TRACKS_UPDATED, tell);
    hls.on(Events.AUDIO_TRACK_SWITCHING, tell);
    hls.on(Events.SUBTITLE_TRACKS_UPDATED, tell);
    hls.on(Events.SUBTITLE_TRACK_SWITCH, tell);
    hls.on(Events.FRAG_BUFFERED, () => (this.#failures = 0));
    hls.on(Events.ERROR, (_event, data) => this.#failed(data));
    hls.loadSource(url);
    hls.attachMedia(this.#video);
  }

  #failed({ fatal, type }: ErrorData): void {
    const hls = this.#hls;
    if (!fatal || hls === undefined || this.#isClosed) return;
    if (type === "networkError" && this.#failures < TRIES) {
      this.#timer = setTimeout(() => hls.startLoad(this.#video.currentTime), PAUSE_MS * 2 ** this.#failures++);
    } else if (type === "mediaError" && !this.#wasRecovered) {
      this.#wasRecovered = true;
      hls.recoverMediaError();
    } else this.#events.failed(type === "networkError" ? "late" : "unplayable");
  }
}

const LOAD_POLICY = {
  maxTimeToFirstByteMs: 32_000,
  maxLoadTimeMs: 120_000,
  timeoutRetry: { maxNumRetry: 2, retryDelayMs: 0, maxRetryDelayMs: 0 },
  errorRetry: { maxNumRetry: 4, retryDelayMs: 500, maxRetryDelayMs: 8000 },
};

function choicesOf(hls: Hls): Choices {
  const choice = ({ name, lang = "" }: { readonly name: string; readonly lang?: string }, place: number): Choice => ({
    place,
    name,
    language: lang,
  });
  return {
    audio: hls.audioTracks.map(choice),
    audioAt: hls.audioTrack,
    subtitles: hls.subtitleTracks.map(choice),
    subtitlesAt: hls.subtitleTrack,
  };
}
