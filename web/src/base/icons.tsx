import type { JSX } from "preact";

const PATHS = {
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500 20 20",
  add: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  back: "M14.500 5.500 8 12l6.500 6.500",
  link: "M10 14a4 4 0 0 0 6 .4l3-3a4.200 4.200 0 0 0-6-6l-1.500 1.500M14 10a4 4 0 0 0-6-.4l-3 3a4.200 4.200 0 0 0 6 6l1.500-1.500",
  share: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2",
  keep: "M12 4v11M7.500 11 12 15.500 16.500 11M5 20h14",
  screen: "M4 5h16v11H4zM9 20h6",
  remove: "M5 7h14M10 7V4.500h4V7M7 7l1 13h8l1-13",
  settings: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  sound: "M4 10v4h3l4 4V6L7 10zM15 9.500a3.500 3.500 0 0 1 0 5M17.500 7a7 7 0 0 1 0 10",
  words: "M4 6h16v12H4zM7 12h5M7 15h8M14 12h3",
} as const;

/** A line drawing; it says nothing by itself. */
export const Icon = ({ name }: { readonly name: keyof typeof PATHS }): JSX.Element => (
  <svg
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.7"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d={PATHS[name]} />
  </svg>
);

/** The outline of a fish, 24 × 14, that swims to the left. */
export const FISH =
  "M0 7C4.500 1.500 11.500 0 16.500 4.500L23 0.800C21.800 4.600 21.800 9.400 23 13.200L16.500 9.500C11.500 14 4.500 12.500 0 7Z";

/** One fish. */
export const Fish = ({ color }: { readonly color: string }): JSX.Element => (
  <svg viewBox="0 0 24 14" aria-hidden="true">
    <path d={FISH} fill={color} />
  </svg>
);

/** The mark: three fish that swim together. */
export const Mark = (): JSX.Element => (
  <svg viewBox="0 0 42 30" fill="currentColor" aria-hidden="true">
    <path d={FISH} transform="translate(0 8)" />
    <path d={FISH} transform="translate(21 0) scale(.82)" opacity=".7" />
    <path d={FISH} transform="translate(22 18) scale(.76)" opacity=".5" />
  </svg>
);
