/** Peers have so many colours; more than these take turns. */
const COLOURS = 8;

/** A peer's colour as CSS has it, by its place. */
export const peerColour = (place: number): string =>
  place < 0 ? "var(--peer-here)" : `var(--peer-${place % COLOURS})`;

/** The page's colours as a canvas takes them, which knows no variables. */
export interface Paints {
  readonly peers: readonly string[];
  readonly here: string;
  readonly missing: string;
  readonly playhead: string;
}

/** Reads them from the page, where light or dark is decided. */
export function paintsOf(canvas: HTMLElement): Paints {
  const probe = document.createElement("span");
  canvas.parentElement?.append(probe);
  const read = (value: string): string => {
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const paints = {
    peers: Array.from({ length: COLOURS }, (_, place) => read(peerColour(place))),
    here: read("var(--peer-here)"),
    missing: read("color-mix(in oklab, var(--ink) 12%, transparent)"),
    playhead: read("var(--coral)"),
  };
  probe.remove();
  return paints;
}
