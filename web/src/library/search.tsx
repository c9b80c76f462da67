import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { askForLines } from "../base/api.ts";
import { Box } from "../base/box.ts";
import { formatBytes } from "../base/format.ts";
import { Icon } from "../base/icons.tsx";
import { useTexts } from "../text/texts.ts";
import { Card, VideoCard } from "./card.tsx";
import { useInSight } from "./sight.ts";
import type { Video } from "./videos.ts";

/** What is looked for; empty for nothing. It stays while a video is watched. */
export const sought = new Box("");

/** One holder's word on one video. */
interface Found {
  readonly id: string;
  readonly bytes: number;
  readonly title: string;
  readonly holder: string;
}

/** A video that others have. */
interface Other {
  readonly id: string;
  readonly title: string;
  readonly bytes: number;
  readonly holders: number;
}

/** The field. */
export function SearchField({ words }: { readonly words: string }): JSX.Element {
  const t = useTexts();
  return (
    <search class="search">
      <Icon name="search" />
      <input
        class="field"
        type="search"
        aria-label={t.searchLabel}
        placeholder={t.searchHint}
        autocomplete="off"
        spellcheck={false}
        maxLength={4096}
        value={words}
        onInput={(event) => sought.set(event.currentTarget.value)}
      />
      {words !== "" && (
        <button
          type="button"
          class="button is-quiet is-round"
          aria-label={t.clearSearch}
          onClick={() => sought.set("")}
        >
          <Icon name="close" />
        </button>
      )}
    </search>
  );
}

/** Typing is over after so long. */
const PAUSE_MS = 250;
/** The network is asked when somebody has thought a moment longer. */
const NETWORK_PAUSE_MS = 600;

interface Results<Item> {
  readonly items: readonly Item[];
  readonly isDone: boolean;
}

const NOTHING = { items: [], isDone: false } as const;

/** Asks while the words stand still; a new word ends what was asked for the last. */
function useResults<Line extends object, Item>(
  path: string,
  pauseMs: number,
  gather: (lines: readonly Line[]) => readonly Item[],
): Results<Item> {
  const [results, setResults] = useState<Results<Item>>(NOTHING);
  useEffect(() => {
    const abort = new AbortController();
    const look = async (): Promise<void> => {
      const lines: Line[] = [];
      try {
        for await (const line of askForLines<Line>(path, { signal: abort.signal })) {
          lines.push(line);
          if (lines.length % 20 === 1) setResults({ items: gather(lines), isDone: false });
        }
      } catch {
        // What came is shown.
      }
      if (!abort.signal.aborted) setResults({ items: gather(lines), isDone: true });
    };
    setResults(NOTHING);
    const timer = setTimeout(() => void look(), pauseMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [path]);
  return results;
}

function gathered(found: readonly Found[]): readonly Other[] {
  const byId = Map.groupBy(found, ({ id }) => id);
  return [...byId].map(([id, words]) => ({
    id,
    title: words.find(({ title }) => title !== "")?.title ?? "",
    bytes: Math.max(...words.map(({ bytes }) => bytes)),
    holders: new Set(words.map(({ holder }) => holder).filter((holder) => holder !== "")).size,
  }));
}

const same = (videos: readonly Video[]): readonly Video[] => [...videos];

/** What was found: here, and in the network. */
export function SearchResults({ words }: { readonly words: string }): JSX.Element {
  const query = encodeURIComponent(words);
  const here = useResults<Video, Video>(`/api/v1/videos?kind=video&limit=200&words=${query}`, PAUSE_MS, same);
  const there = useResults<Found, Other>(`/api/v1/find?words=${query}`, NETWORK_PAUSE_MS, gathered);
  const known = new Set(here.items.map(({ id }) => id));
  const others = there.items.filter(({ id, holders }) => !known.has(id) && holders > 0);
  return (
    <>
      <Here found={here} />
      <There others={others} isDone={there.isDone} />
    </>
  );
}

function Here({ found }: { readonly found: Results<Video> }): JSX.Element {
  const t = useTexts();
  useInSight(found.items);
  return (
    <section class="part" aria-labelledby="found-here">
      <div class="part-head">
        <h2 id="found-here">{t.here}</h2>
        <span class="soft" role="status">
          {found.isDone ? (found.items.length === 0 ? t.nothingHere : t.foundHere(found.items.length)) : ""}
        </span>
      </div>
      <ul class="row-of-few">
        {found.items.map((video) => (
          <li key={video.id}>
            <VideoCard video={video} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function There({ others, isDone }: { readonly others: readonly Other[]; readonly isDone: boolean }): JSX.Element {
  const t = useTexts();
  const after = others.length === 0 ? t.nothingThere : t.foundThere(others.length);
  return (
    <section class="part" aria-labelledby="found-there">
      <div class="part-head">
        <h2 id="found-there">{t.network}</h2>
        <span class="soft" role="status">
          {isDone ? after : t.searching}
        </span>
      </div>
      <ul class="row-of-few">
        {others.map(({ id, title, bytes, holders }) => (
          <li key={id}>
            <Card id={id} title={title} durationMs={0} about={[formatBytes(bytes, t.tag), t.holders(holders, false)]} />
          </li>
        ))}
      </ul>
    </section>
  );
}
