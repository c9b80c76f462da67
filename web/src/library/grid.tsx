import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { VideoCard } from "./card.tsx";
import { useInSight } from "./sight.ts";
import type { Video } from "./videos.ts";

/** What a row needs besides its picture: title of two lines, and what is said of it. */
const TEXT_PX = 96;
const GAP_PX = 24;
const LEAST_CARD_PX = 240;
/** Rows that are drawn above and below what is seen. */
const SPARE_ROWS = 2;

interface Layout {
  readonly columns: number;
  readonly cardPx: number;
  readonly rowPx: number;
}

/** How many columns there are, and how high a row is. */
export function layoutOf(widthPx: number): Layout {
  const isNarrow = widthPx < 560;
  const least = isNarrow ? Math.max(150, widthPx) : LEAST_CARD_PX;
  const columns = Math.max(1, Math.floor((widthPx + GAP_PX) / (least + GAP_PX)));
  const cardPx = (widthPx - (columns - 1) * GAP_PX) / columns;
  return { columns, cardPx, rowPx: Math.round((cardPx * 9) / 16) + TEXT_PX };
}

/** The rows to draw. */
interface Rows {
  readonly first: number;
  readonly last: number;
}

function rowsIn(element: HTMLElement, rowPx: number): Rows {
  const { top } = element.getBoundingClientRect();
  const first = Math.max(0, Math.floor(-top / rowPx) - SPARE_ROWS);
  const last = Math.ceil((innerHeight - top) / rowPx) + SPARE_ROWS;
  return { first, last };
}

/** The grid: only what is seen of it is there, and the scroll bar says how much there is. */
export function Grid({ videos }: { readonly videos: readonly Video[] }): JSX.Element {
  const element = useRef<HTMLUListElement>(null);
  const [width, setWidth] = useState(0);
  const [rows, setRows] = useState<Rows>({ first: 0, last: 0 });
  const { columns, cardPx, rowPx } = layoutOf(width);
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    const observer = new ResizeObserver(() => setWidth(current.clientWidth));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const look = (): void => {
      if (element.current === null) return;
      const next = rowsIn(element.current, rowPx);
      setRows((before) => (before.first === next.first && before.last === next.last ? before : next));
    };
    look();
    addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look);
      removeEventListener("resize", look);
    };
  }, [rowPx, videos.length]);
  const count = Math.ceil(videos.length / columns);
  const shown = width === 0 ? [] : range(rows.first, Math.min(count, rows.last));
  useInSight(videos.slice(rows.first * columns, width === 0 ? 0 : rows.last * columns));
  return (
    <ul class="grid" ref={element} style={{ height: `${count * rowPx}px` }}>
      {shown.flatMap((row) =>
        videos.slice(row * columns, (row + 1) * columns).map((video, column) => (
          <li
            key={video.id}
            aria-posinset={row * columns + column + 1}
            aria-setsize={videos.length}
            style={{
              top: `${row * rowPx}px`,
              left: `${column * (cardPx + GAP_PX)}px`,
              width: `${cardPx}px`,
            }}
          >
            {cardOf(video)}
          </li>
        )),
      )}
    </ul>
  );
}

/** Cards as they were drawn: what has not changed is not even looked at when the rows move. */
const cards = new WeakMap<Video, JSX.Element>();

function cardOf(video: Video): JSX.Element {
  const known = cards.get(video);
  if (known !== undefined) return known;
  const card = <VideoCard video={video} />;
  cards.set(video, card);
  return card;
}

const range = (first: number, end: number): number[] =>
  Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
