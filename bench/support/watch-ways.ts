import type { Film } from "./watch-film.ts";
import { hlsViewer } from "./watch-hls.ts";
import type { Gateway } from "./watch-side.ts";
import { rangeViewer, type Viewer } from "./watch-viewer.ts";

/** A way of watching that is measured. */
export interface Way {
  readonly name: string;
  /** Whether someone else plays elsewhere meanwhile. */
  readonly hasSecond: boolean;
  /** Targets at p95; `undefined`: none, it is told for comparison. */
  readonly firstMs: number | undefined;
  readonly seekMs: number | undefined;
  /** Only sides that have it. */
  readonly needsHls: boolean;
  viewer(gateway: Gateway, film: Film): Promise<Viewer>;
}

const WITH_SECOND_MS = 300;
const FIRST_MS = 1000;
const RANGE_SEEK_MS = 500;
const HLS_SEEK_MS = 800;

/** The plain ways: by Range and by HLS, alone and with a second viewer. */
export const PLAIN_WAYS: readonly Way[] = [false, true].flatMap((hasSecond): Way[] => {
  const more = hasSecond ? WITH_SECOND_MS : 0;
  const suffix = hasSecond ? ", a second viewer" : "";
  const common = { hasSecond, firstMs: FIRST_MS + more };
  return [
    {
      ...common,
      name: `Range${suffix}`,
      seekMs: RANGE_SEEK_MS + more,
      needsHls: false,
      viewer: ({ url }, film) => Promise.resolve(rangeViewer(url, film)),
    },
    {
      ...common,
      name: `HLS${suffix}`,
      seekMs: HLS_SEEK_MS + more,
      needsHls: true,
      viewer: ({ hlsUrl = "" }) => Promise.resolve(hlsViewer(hlsUrl)),
    },
  ];
});
