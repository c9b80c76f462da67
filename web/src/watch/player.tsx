import "media-chrome";
import "media-chrome/lang/pt";
import "./elements.ts";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatDuration, languageName } from "../base/format.ts";
import { Icon } from "../base/icons.tsx";
import { LIBRARY } from "../base/route.ts";
import { useTexts } from "../text/texts.ts";
import type { Facts } from "./facts.ts";
import { press } from "./keys.ts";
import { notePlace, placeOf } from "./places.ts";
import type { Plan } from "./play-plan.ts";
import { takePoster } from "./poster.ts";
import { type Choice, type Choices, NO_CHOICES, playIn, type Source } from "./source.ts";

/** What a player tells. Times are in seconds. */
export interface PlayerEvents {
  /** Playing waits. @param isSeek after a jump, or at the start */
  waits(at: number, isSeek: boolean): void;
  goesOn(): void;
  /** @param part of the video, from 0 to 1 */
  at(part: number): void;
  failed(why: "late" | "unplayable"): void;
}

/** Plays a video, with everything that one needs to watch. */
export function Player(props: {
  readonly facts: Facts;
  readonly plan: Plan;
  readonly title: string;
  readonly events: PlayerEvents;
}): JSX.Element {
  const { facts, plan, title, events } = props;
  const t = useTexts();
  const video = useRef<HTMLVideoElement>(null);
  const controller = useRef<HTMLElement>(null);
  const source = useRef<Source | undefined>(undefined);
  const [choices, setChoices] = useState<Choices>(NO_CHOICES);
  const [resumed, setResumed] = useState(0);
  // Before the source: at the end it notes the place, which is lost when the source has let go.
  useFollowing(facts.id, title, video, events);
  useSource({ facts, plan, events }, video, source, setChoices, setResumed);
  useKeys(video, controller, choices, source);
  return (
    <>
      <media-controller ref={controller} nohotkeys lang={t.tag} autohide="3" aria-label={t.player}>
        {/* biome-ignore lint/a11y/useMediaCaption: subtitles are the file's own, and come as tracks of the stream */}
        <video ref={video} slot="media" playsInline preload="auto" aria-label={title} />
        <media-loading-indicator slot="centered-chrome" noautohide loadingdelay="400" />
        <div class="bars">
          <media-time-range />
          <media-control-bar>
            <media-play-button />
            <media-mute-button />
            <media-volume-range />
            <media-time-display showduration notoggle />
            <span class="gap" />
            <Pick
              icon="sound"
              label={t.audio}
              choices={choices.audio.length > 1 ? choices.audio : []}
              at={choices.audioAt}
              onPick={(place) => source.current?.chooseAudio(place)}
            />
            <Pick
              icon="words"
              label={t.subtitles}
              off={t.off}
              choices={choices.subtitles}
              at={choices.subtitlesAt}
              onPick={(place) => source.current?.chooseSubtitles(place)}
            />
            <Speed video={video} />
            <media-pip-button />
            <media-fullscreen-button />
          </media-control-bar>
        </div>
      </media-controller>
      <Resumed
        at={resumed}
        onStart={() => {
          if (video.current !== null) video.current.currentTime = 0;
          setResumed(0);
        }}
      />
    </>
  );
}

type Ref<Value> = { current: Value };

function useSource(
  { facts, plan, events }: { readonly facts: Facts; readonly plan: Plan; readonly events: PlayerEvents },
  video: Ref<HTMLVideoElement | null>,
  source: Ref<Source | undefined>,
  onChoices: (choices: Choices) => void,
  onResumed: (at: number) => void,
): void {
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    const from = placeOf(facts.id);
    onResumed(from);
    source.current = playIn(element, plan, from, { choices: onChoices, failed: (why) => events.failed(why) });
    // A browser that wants a press first shows the button for it.
    const play = (): void => void element.play().catch(() => {});
    element.addEventListener("canplay", play, { once: true });
    return () => {
      element.removeEventListener("canplay", play);
      source.current?.close();
      source.current = undefined;
    };
  }, [facts.id, plan]);
}

/** Places are remembered this often. */
const NOTE_MS = 4000;
/** A poster is taken when so much was played, in seconds. */
const POSTER_AFTER = 2.5;

function useFollowing(id: string, title: string, video: Ref<HTMLVideoElement | null>, events: PlayerEvents): void {
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    const abort = new AbortController();
    const on = (name: string, act: () => void): void => element.addEventListener(name, act, { signal: abort.signal });
    let wasSought = true;
    let notedAtMs = 0;
    let posterAt = POSTER_AFTER;
    const note = (): void => {
      const { currentTime: at, duration: of } = element;
      if (Number.isFinite(of) && at > 0) notePlace({ id, title, at, of });
    };
    on("seeking", () => (wasSought = true));
    on("waiting", () => events.waits(element.currentTime, wasSought));
    on("playing", () => {
      wasSought = false;
      events.goesOn();
    });
    on("pause", note);
    on("timeupdate", () => {
      const { currentTime: at, duration: of, played } = element;
      events.at(of > 0 ? at / of : 0);
      if (performance.now() - notedAtMs > NOTE_MS) {
        notedAtMs = performance.now();
        note();
      }
      const playedFor = played.length === 0 ? 0 : at - played.start(0);
      if (element.seeking || playedFor < posterAt) return;
      posterAt += POSTER_AFTER;
      takePoster(id, element).then(
        (isDone) => {
          if (isDone) posterAt = Number.POSITIVE_INFINITY;
        },
        () => {
          posterAt = Number.POSITIVE_INFINITY;
        },
      );
    });
    addEventListener("pagehide", note, { signal: abort.signal });
    return () => {
      note();
      abort.abort();
    };
  }, [id, title]);
}

function useKeys(
  video: Ref<HTMLVideoElement | null>,
  controller: Ref<HTMLElement | null>,
  choices: Choices,
  source: Ref<Source | undefined>,
): void {
  const latest = useRef(choices);
  latest.current = choices;
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (video.current === null) return;
      press(event, {
        video: video.current,
        toggleSubtitles: () => source.current?.chooseSubtitles(latest.current.subtitlesAt >= 0 ? -1 : 0),
        toggleFullScreen: () => toggleFullScreen(controller.current),
        leave: () => {
          if (document.fullscreenElement === null) location.hash = LIBRARY;
        },
      });
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}

function toggleFullScreen(element: HTMLElement | null): void {
  const change = document.fullscreenElement === null ? element?.requestFullscreen() : document.exitFullscreen();
  change?.catch(() => {});
}

const SPEEDS = [0.75, 1, 1.25, 1.5, 2] as const;

function Speed({ video }: { readonly video: Ref<HTMLVideoElement | null> }): JSX.Element {
  const t = useTexts();
  const choose = (event: Event): void => {
    if (video.current !== null) video.current.playbackRate = Number((event.target as HTMLSelectElement).value);
  };
  return (
    <div class="pick is-speed">
      <select aria-label={t.speed} onChange={choose}>
        {SPEEDS.map((speed) => (
          <option key={speed} value={String(speed)} selected={speed === 1}>
            {speed.toLocaleString(t.tag)}×
          </option>
        ))}
      </select>
    </div>
  );
}

/** A menu that the browser draws: it works with keys, with fingers and with a screen reader. */
function Pick(props: {
  readonly icon: "sound" | "words";
  readonly label: string;
  readonly off?: string;
  readonly choices: readonly Choice[];
  readonly at: number;
  readonly onPick: (place: number) => void;
}): JSX.Element | null {
  const t = useTexts();
  const { icon, label, off, choices, at, onPick } = props;
  if (choices.length === 0) return null;
  return (
    <div class="pick">
      <Icon name={icon} />
      <select aria-label={label} value={String(at)} onChange={(event) => onPick(Number(event.currentTarget.value))}>
        {off !== undefined && <option value="-1">{off}</option>}
        {choices.map((choice) => (
          <option key={choice.place} value={String(choice.place)}>
            {choiceName(choice, t.tag, t.track(choice.place + 1))}
          </option>
        ))}
      </select>
    </div>
  );
}

function choiceName({ name, language }: Choice, tag: string, fallback: string): string {
  const spoken = language === "" || language === "und" ? "" : languageName(language, tag);
  const said = name === language ? "" : name;
  if (spoken === "" && said === "") return fallback;
  return said === "" || said.toLowerCase() === spoken.toLowerCase() || spoken === ""
    ? spoken || said
    : `${spoken}, ${said}`;
}

/** So long it is said. */
const SAID_MS = 8000;

function Resumed({ at, onStart }: { readonly at: number; readonly onStart: () => void }): JSX.Element | null {
  const t = useTexts();
  const [isSaid, setSaid] = useState(true);
  useEffect(() => {
    setSaid(true);
    const timer = setTimeout(() => setSaid(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [at]);
  if (at <= 0 || !isSaid) return null;
  return (
    <div class="word" role="status">
      {t.resumed(formatDuration(at))}
      <button type="button" class="button" onClick={onStart}>
        {t.startOver}
      </button>
    </div>
  );
}
