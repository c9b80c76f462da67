import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useBox } from "../base/box.ts";
import { formatBytes, formatDuration, percent } from "../base/format.ts";
import { watchAddress } from "../base/route.ts";
import { useTexts } from "../text/texts.ts";
import { loadPlayer } from "../watch/player-code.ts";
import { Art } from "./art.tsx";
import { holdersOf } from "./sight.ts";
import { type Arrival, arriving, posters, type Video } from "./videos.ts";

/** What a card shows. Texts come from strangers. */
export interface Shown {
  readonly id: string;
  readonly title: string;
  readonly durationMs: number;
  /** A word or two each, under the title. */
  readonly about: readonly string[];
  /** A part from 0 to 1 to be drawn under the picture; `undefined`: none. */
  readonly part?: number | undefined;
}

/** A picture that has its place before it comes. */
function Picture({ id, durationMs, part }: Shown): JSX.Element {
  const t = useTexts();
  const hasPoster = useBox(posters).has(id);
  const [isBroken, setBroken] = useState(false);
  return (
    <span class="picture">
      {hasPoster && !isBroken ? (
        <img
          src={`/api/v1/posters/${id}`}
          alt=""
          width={640}
          height={360}
          loading="lazy"
          decoding="async"
          onError={() => setBroken(true)}
        />
      ) : (
        <Art id={id} />
      )}
      {durationMs > 0 && (
        <span class="badge numbers">
          <span class="unseen">{t.duration("")}</span>
          {formatDuration(durationMs / 1000)}
        </span>
      )}
      {part !== undefined && (
        <>
          <span class="tide-bed" />
          <span class="tide" style={{ width: `${100 * part}%` }} />
        </>
      )}
    </span>
  );
}

/** Whoever points at a film may open it: the player is here by then. */
const getReady = (): void => void loadPlayer().catch(() => {});

/** A video as a card that leads to its own page. */
export function Card(shown: Shown): JSX.Element {
  const t = useTexts();
  return (
    <a class="card" href={watchAddress(shown.id)} onPointerEnter={getReady} onFocus={getReady}>
      <Picture {...shown} />
      <span class="title" dir="auto">
        {shown.title === "" ? t.untitled : shown.title}
      </span>
      <span class="about numbers">
        {shown.about.map((word) => (
          <span key={word}>{word}</span>
        ))}
      </span>
    </a>
  );
}

/** A video of the library as a card. */
export function VideoCard({ video }: { readonly video: Video }): JSX.Element {
  const t = useTexts();
  const coming = useBox(arriving).get(video.id);
  const here = percent(video.heldBytes, video.bytes);
  const holders = useBox(holdersOf).get(video.id);
  const words = [formatBytes(video.bytes, t.tag), stateOf(video, coming, t)];
  const isPart = coming !== undefined || here < 100;
  return (
    <Card
      id={video.id}
      title={video.title}
      durationMs={video.durationMs}
      about={holders === undefined ? words : [...words, t.holders(holders.count, holders.isMore)]}
      part={isPart ? (coming?.part ?? video.heldBytes / video.bytes) : undefined}
    />
  );
}

/** How a video stands, in words. */
export function stateOf(
  { state, heldBytes, bytes }: Pick<Video, "state" | "heldBytes" | "bytes">,
  coming: Arrival | undefined,
  t: ReturnType<typeof useTexts>,
): string {
  if (coming?.isWanted === true) return t.coming(percent(coming.part, 1));
  if (state === "damaged") return t.damaged;
  if (state === "missing") return t.sourceMissing;
  if (state === "changed") return t.sourceChanged;
  // What comes as it is watched is counted as it comes.
  const here = coming === undefined ? percent(heldBytes, bytes) : percent(coming.part, 1);
  if (here === 100) return t.allHere;
  return here === 0 && heldBytes === 0 ? t.nothingOfIt : t.partHere(here);
}
