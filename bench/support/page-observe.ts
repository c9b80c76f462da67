/** What a page tells of how it came up. Times are ms since the navigation began. */
export interface Observed {
  /** First contentful paint. */
  readonly fcpMs: number;
  /** Largest contentful paint. */
  readonly lcpMs: number;
  /** Cumulative layout shift: all of them together, not only those of the worst five seconds. */
  readonly cls: number;
  /** Total blocking time: of tasks, what is above 50 ms, from the first paint on. */
  readonly tbtMs: number;
  /** The frame with the first cards was drawn; 0: there were none. */
  readonly cardsMs: number;
  /** What shifted, for whoever looks for it. */
  readonly shifted: readonly string[];
}

/** Watches a page from its beginning; {@link OBSERVED} tells what it saw. */
export const OBSERVE = `
const seen = { fcpMs: 0, lcpMs: 0, cls: 0, cardsMs: 0, tasks: [], shifted: [] };
window.observed = seen;
const watch = (type, act) => new PerformanceObserver((list) => list.getEntries().forEach(act)).observe({ type, buffered: true });
watch("paint", ({ name, startTime }) => { if (name === "first-contentful-paint") seen.fcpMs = startTime; });
watch("largest-contentful-paint", ({ startTime }) => { seen.lcpMs = startTime; });
watch("longtask", ({ startTime, duration }) => seen.tasks.push([startTime, duration]));
watch("layout-shift", ({ value, hadRecentInput, sources }) => {
  if (hadRecentInput) return;
  seen.cls += value;
  seen.shifted.push(value.toFixed(4) + " " + sources.map(({ node }) => node?.className || node?.nodeName).join(" "));
});
const drawn = () => {
  const channel = new MessageChannel();
  // Behind the frame: what it drew is on its way to the screen.
  channel.port1.onmessage = () => { seen.cardsMs = performance.now(); };
  channel.port2.postMessage(0);
};
const cards = new MutationObserver(() => {
  if (document.querySelector(".card") === null) return;
  cards.disconnect();
  requestAnimationFrame(drawn);
});
cards.observe(document, { childList: true, subtree: true });
`;

/** Gives an {@link Observed}. */
export const OBSERVED = `(() => {
  const { tasks, ...rest } = observed;
  const blocking = tasks.filter(([at]) => at >= rest.fcpMs).map(([, ms]) => Math.max(0, ms - 50));
  return { ...rest, tbtMs: blocking.reduce((sum, ms) => sum + ms, 0) };
})()`;
