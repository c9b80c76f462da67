import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { Mark } from "../base/icons.tsx";
import { useTexts } from "../text/texts.ts";
import { abilities } from "./abilities.ts";
import type { Facts, TrackFacts } from "./facts.ts";
import { loadHls } from "./hls-code.ts";
import { planOf } from "./play-plan.ts";
import type { PlayerEvents } from "./player.tsx";
import { loadPlayer } from "./player-code.ts";
import type { Opened } from "./watch-view.tsx";

type PlayerView = typeof import("./player.tsx").Player;

/** Where the player is, or the reason why there is none. It has its place before it comes. */
export function Stage(props: {
  readonly opened: Opened;
  readonly title: string;
  readonly events: Omit<PlayerEvents, "failed">;
  readonly onAgain: () => void;
}): JSX.Element {
  const { opened, title, events, onAgain } = props;
  const t = useTexts();
  const { View, isLost } = usePlayer();
  useHlsAhead(opened.facts);
  if (opened.problem !== "")
    return (
      <div class="stage">
        <div class="over" role="alert">
          <h2>{t.playFailed}</h2>
          <p>{opened.problem}</p>
          <Again onAgain={onAgain} />
        </div>
      </div>
    );
  if (isLost)
    return (
      <div class="stage">
        <div class="over" role="alert">
          <h2>{t.playFailed}</h2>
          <p>{t.pageLost}</p>
          <Again onAgain={() => location.reload()} />
        </div>
      </div>
    );
  return (
    <div class="stage">
      {opened.facts === undefined || View === undefined ? (
        <div class="over" role="status">
          <Mark />
          <p>{opened.facts === undefined ? t.opening : t.loading}</p>
        </div>
      ) : (
        <Playing facts={opened.facts} title={title} events={events} View={View} />
      )}
    </div>
  );
}

/** The player is a program of its own. It is lost where the node has gone, or has another page by now. */
function usePlayer(): { readonly View: PlayerView | undefined; readonly isLost: boolean } {
  const [view, setView] = useState<{ readonly Player: PlayerView | undefined }>();
  useEffect(() => {
    loadPlayer().then(setView, () => setView({ Player: undefined }));
  }, []);
  return { View: view?.Player, isLost: view !== undefined && view.Player === undefined };
}

/** What plays HLS comes while the player does, not after it. */
function useHlsAhead(facts: Facts | undefined): void {
  useEffect(() => {
    if (facts !== undefined && planOf(facts, abilities).kind === "hls") loadHls().catch(() => {});
  }, [facts]);
}

const Again = ({ onAgain }: { readonly onAgain: () => void }): JSX.Element => {
  const t = useTexts();
  return (
    <button type="button" class="button is-main" onClick={onAgain}>
      {t.again}
    </button>
  );
};

function Playing(props: {
  readonly facts: Facts;
  readonly title: string;
  readonly events: Omit<PlayerEvents, "failed">;
  readonly View: PlayerView;
}): JSX.Element {
  const { facts, title, events, View } = props;
  const t = useTexts();
  const [failure, setFailure] = useState<"" | "late" | "unplayable">("");
  const [tries, setTries] = useState(0);
  const plan = useMemo(() => planOf(facts, abilities), [facts]);
  if (plan.kind === "none" || failure === "unplayable")
    return <Unplayable facts={facts} codecs={plan.kind === "none" ? plan.codecs : []} />;
  if (failure === "late")
    return (
      <div class="over" role="alert">
        <h2>{t.playFailed}</h2>
        <p>{t.bytesLate}</p>
        <Again
          onAgain={() => {
            setFailure("");
            setTries(tries + 1);
          }}
        />
      </div>
    );
  return (
    <>
      <View key={tries} facts={facts} plan={plan} title={title} events={{ ...events, failed: setFailure }} />
      {plan.kind === "hls" && <LeftOut tracks={plan.leftOut} />}
    </>
  );
}

function LeftOut({ tracks }: { readonly tracks: readonly TrackFacts[] }): JSX.Element | null {
  const t = useTexts();
  const [isSaid, setSaid] = useState(true);
  useEffect(() => {
    const timer = setTimeout(() => setSaid(false), SAID_MS);
    return () => clearTimeout(timer);
  }, []);
  if (tracks.length === 0 || !isSaid) return null;
  const names = { video: t.picture, audio: t.audio, subtitle: t.subtitles };
  const what = tracks.map(({ kind, title, language, codec }) =>
    [names[kind], title || language, codec].filter((text) => text !== null && text !== "").join(" "),
  );
  return (
    <p class="word" role="status">
      {t.leftOut(what.join("; "))}
    </p>
  );
}

const SAID_MS = 8000;

/** Says plainly what cannot be played, and with what it can. */
function Unplayable({ facts, codecs }: { readonly facts: Facts; readonly codecs: readonly string[] }): JSX.Element {
  const t = useTexts();
  const address = new URL(facts.path, location.href).href;
  return (
    <div class="over" role="alert">
      <h2>{t.cannotPlay}</h2>
      <p>{codecs.length === 0 ? t.cannotPlayFile : t.cannotPlayCodec(codecs.join(", "))}</p>
      <p>
        {t.otherPlayers}
        <br />
        <a href={address}>{address}</a>
      </p>
    </div>
  );
}
