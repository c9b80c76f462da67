import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type ApiProblem, askFor } from "../base/api.ts";
import { useBox } from "../base/box.ts";
import { formatBytes, formatDuration } from "../base/format.ts";
import { Icon } from "../base/icons.tsx";
import { LIBRARY } from "../base/route.ts";
import { stateOf } from "../library/card.tsx";
import { Top } from "../library/top.tsx";
import { arriving, shelf } from "../library/videos.ts";
import { ShoalPanel } from "../shoal/shoal-panel.tsx";
import { causeOf, type Stall } from "../shoal/stalls.ts";
import { type LiveShoal, useShoal } from "../shoal/use-shoal.ts";
import { useTexts } from "../text/texts.ts";
import { Acts } from "./acts.tsx";
import type { Facts } from "./facts.ts";
import { FactsList, Keys } from "./facts-list.tsx";
import type { PlayerEvents } from "./player.tsx";
import { Stage } from "./stage.tsx";

/** What is known of a video, or why nothing is. */
export interface Opened {
  readonly facts: Facts | undefined;
  /** The node's words; empty: none. */
  readonly problem: string;
}

function useFacts(id: string): Opened & { readonly again: () => void } {
  const [opened, setOpened] = useState<Opened>({ facts: undefined, problem: "" });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setOpened({ facts: undefined, problem: "" });
    askFor<Facts>(`/v/${id}/info.json`, { signal: abort.signal }).then(
      (facts) => setOpened({ facts, problem: "" }),
      (error: unknown) => {
        if (!abort.signal.aborted) setOpened({ facts: undefined, problem: (error as ApiProblem).message });
      },
    );
    return () => abort.abort();
  }, [id, tries]);
  return { ...opened, again: () => setTries(tries + 1) };
}

/** Stalls that are shown. */
const MOST_STALLS = 12;

/** Follows how playing goes. */
function useStalls(
  live: LiveShoal,
  facts: Facts | undefined,
): readonly [readonly Stall[], Omit<PlayerEvents, "failed">] {
  const [stalls, setStalls] = useState<readonly Stall[]>([]);
  const now = useRef({ live, facts });
  now.current = { live, facts };
  const begun = useRef<{ readonly number: number; readonly atMs: number } | undefined>(undefined);
  const hasBegun = useRef(false);
  const events = useRef<Omit<PlayerEvents, "failed">>({
    waits: (at, isSeek) => {
      // Before the first picture it has not stopped.
      if (begun.current !== undefined || !hasBegun.current) return;
      const number = performance.now();
      begun.current = { number, atMs: number };
      const { facts: known, live: seen } = now.current;
      const need = known === undefined || known.durationMs === 0 ? 0 : (known.bytes * 1000) / known.durationMs;
      const cause = causeOf({ shoal: seen.shoal, need, isSeek, hasLeft: seen.hasLeft() });
      setStalls((before) => [{ number, at, cause, seconds: undefined }, ...before].slice(0, MOST_STALLS));
    },
    goesOn: () => {
      hasBegun.current = true;
      const stall = begun.current;
      if (stall === undefined) return;
      begun.current = undefined;
      const seconds = (performance.now() - stall.atMs) / 1000;
      setStalls((before) =>
        seconds < LEAST_SECONDS
          ? before.filter(({ number }) => number !== stall.number)
          : before.map((one) => (one.number === stall.number ? { ...one, seconds } : one)),
      );
    },
    at: (part) => now.current.live.playhead(part),
  });
  return [stalls, events.current];
}

/** Nobody sees a shorter one. */
const LEAST_SECONDS = 0.15;

/** A video's own page: it plays, and its shoal is seen. */
export function WatchView({ id }: { readonly id: string }): JSX.Element {
  const t = useTexts();
  const { facts, problem, again } = useFacts(id);
  const row = useBox(shelf).videos.find((one) => one.id === id);
  const live = useShoal(id, facts !== undefined);
  const [stalls, events] = useStalls(live, facts);
  const title = [row?.title, facts?.title, facts?.fileName].find((text) => text !== undefined && text !== "") ?? "";
  useEffect(() => {
    document.title = `${title === "" ? t.player : title} · Cardume`;
  }, [title, t]);
  return (
    <>
      <Top />
      <main id="content" class="watch" tabIndex={-1}>
        <Stage opened={{ facts, problem }} title={title} events={events} onAgain={again} />
        <Name id={id} title={title} facts={facts} live={live} />
        <ShoalPanel live={live} stalls={stalls} />
        {facts !== undefined && (
          <div class="more">
            <FactsList facts={facts} />
            <Keys />
          </div>
        )}
      </main>
    </>
  );
}

function Name({
  id,
  title,
  facts,
  live,
}: {
  readonly id: string;
  readonly title: string;
  readonly facts: Facts | undefined;
  readonly live: LiveShoal;
}): JSX.Element {
  const t = useTexts();
  const coming = useBox(arriving).get(id);
  const row = useBox(shelf).videos.find((one) => one.id === id);
  const { shoal } = live;
  const isWhole = shoal !== undefined && shoal.held === shoal.chunks;
  return (
    <div class="name">
      <div>
        <a class="back" href={LIBRARY}>
          <Icon name="back" />
          {t.back}
        </a>
        <h1 dir="auto">{title === "" ? t.untitled : title}</h1>
        {facts !== undefined && (
          <p class="about numbers">
            {facts.durationMs > 0 && <span>{formatDuration(facts.durationMs / 1000)}</span>}
            <span>{formatBytes(facts.bytes, t.tag)}</span>
            {row !== undefined && <span>{isWhole ? t.allHere : stateOf(row, coming, t)}</span>}
          </p>
        )}
      </div>
      {facts !== undefined && <Acts id={id} title={title} facts={facts} isWhole={isWhole} />}
    </div>
  );
}
