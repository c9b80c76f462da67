import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { useBox } from "../base/box.ts";
import { formatBytes, formatDuration } from "../base/format.ts";
import { Icon, Mark } from "../base/icons.tsx";
import { useTexts } from "../text/texts.ts";
import { type Place, places } from "../watch/places.ts";
import { Card } from "./card.tsx";
import { Grid } from "./grid.tsx";
import { linkIn } from "./link.ts";
import { LinkCard } from "./link-card.tsx";
import { inOrder, OrderPick, order } from "./order.tsx";
import { SearchField, SearchResults, sought } from "./search.tsx";
import { isAdding, Top } from "./top.tsx";
import { arriving, loadShelf, neighbours, type Shelf, shelf } from "./videos.ts";

/** Words of a title have at least so many characters. */
const LEAST_CHARS = 2;

/** The library. */
export function LibraryView(): JSX.Element {
  const t = useTexts();
  const words = useBox(sought);
  const now = useBox(shelf);
  useEffect(() => {
    document.title = `${t.library} · Cardume`;
  }, [t.library]);
  return (
    <>
      <Top>
        <SearchField words={words} />
      </Top>
      <main id="content" tabIndex={-1}>
        <Inside words={words.trim()} shelf={now} />
      </main>
    </>
  );
}

function Inside({ words, shelf: now }: { readonly words: string; readonly shelf: Shelf }): JSX.Element {
  const t = useTexts();
  const link = linkIn(words);
  if (link !== undefined) return <LinkCard link={link} />;
  if (words.length >= LEAST_CHARS)
    return (
      <>
        <h1 class="unseen">{t.searchLabel}</h1>
        <div class="shore" />
        <SearchResults words={words} />
      </>
    );
  if (now.state === "failed" && now.videos.length === 0) return <Offline />;
  if (now.state === "ready" && now.videos.length === 0) return <StillWater />;
  return <Everything shelf={now} />;
}

function Everything({ shelf: { state, videos } }: { readonly shelf: Shelf }): JSX.Element {
  const t = useTexts();
  const near = useBox(neighbours);
  const how = useBox(order);
  const ordered = useMemo(() => inOrder(videos, how), [videos, how]);
  const coming = useBox(arriving);
  const here = videos.reduce(
    (sum, one) => sum + Math.max(one.heldBytes, (coming.get(one.id)?.part ?? 0) * one.bytes),
    0,
  );
  return (
    <>
      <div class="shore">
        <h1>{t.library}</h1>
        <p class="numbers">
          {state === "loading"
            ? t.loading
            : [
                t.videos(videos.length),
                t.hereInAll(formatBytes(here, t.tag)),
                near === undefined ? "" : t.neighbours(near),
              ]
                .filter((text) => text !== "")
                .join(" · ")}
        </p>
      </div>
      <GoOn />
      <section class="part" aria-labelledby="all-videos">
        <div class="part-head is-ordered">
          <h2 id="all-videos">{t.allVideos}</h2>
          <OrderPick />
        </div>
        <Grid videos={ordered} />
      </section>
    </>
  );
}

/** So many are offered. */
const MOST_PLACES = 4;

function GoOn(): JSX.Element | null {
  const t = useTexts();
  const known = useBox(places);
  const videos = useBox(shelf).videos;
  const ids = new Set(videos.map(({ id }) => id));
  const some = known.filter(({ id }) => ids.has(id)).slice(0, MOST_PLACES);
  if (some.length === 0) return null;
  return (
    <section class="part" aria-labelledby="go-on">
      <div class="part-head">
        <h2 id="go-on">{t.goOn}</h2>
      </div>
      <ul class="row-of-few">
        {some.map((place) => (
          <li key={place.id}>
            <PlaceCard place={place} />
          </li>
        ))}
      </ul>
    </section>
  );
}

const PlaceCard = ({ place: { id, title, at, of } }: { readonly place: Place }): JSX.Element => (
  <Card
    id={id}
    title={title}
    durationMs={0}
    about={[`${formatDuration(at)} / ${formatDuration(of)}`]}
    part={of > 0 ? at / of : undefined}
  />
);

function StillWater(): JSX.Element {
  const t = useTexts();
  return (
    <div class="still">
      <Mark />
      <h1>{t.emptyTitle}</h1>
      <p>{t.emptyText}</p>
      <button type="button" class="button is-main" onClick={() => isAdding.set(true)}>
        <Icon name="add" />
        {t.addTitle}
      </button>
    </div>
  );
}

function Offline(): JSX.Element {
  const t = useTexts();
  return (
    <div class="still" role="alert">
      <h1>{t.offline}</h1>
      <button type="button" class="button" onClick={() => void loadShelf()}>
        {t.again}
      </button>
    </div>
  );
}
