import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { OpenViewings } from "../../../src/gateway/video-viewings.ts";

const idOf = (number: number): { id: Uint8Array } => ({ id: new Uint8Array(32).fill(number) });

/** Videos that open when they are told to, and note what is done with them. */
class Shelf {
  readonly asked: { readonly number: number; readonly signal: AbortSignal; readonly open: () => void }[] = [];
  readonly closed: number[] = [];
  readonly viewings: OpenViewings<{ close: () => Promise<void> }>;

  constructor() {
    this.viewings = new OpenViewings(
      ({ id }, signal) => {
        const number = id[0] as number;
        const { promise, resolve } = Promise.withResolvers<{ close: () => Promise<void> }>();
        const close = (): Promise<void> => Promise.resolve(void this.closed.push(number));
        this.asked.push({ number, signal, open: () => resolve({ close }) });
        return promise;
      },
      { maxVideos: 2, idleMs: 1000, openMs: 5000 },
    );
  }
}

describe("open videos", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("are opened once for all, and closed a while after the last has gone", async () => {
    const { viewings, asked, closed } = new Shelf();
    const uses = Promise.all([viewings.use(idOf(1)), viewings.use(idOf(1))]);
    asked[0]?.open();
    const [one, other] = await uses;
    expect(asked).toHaveLength(1);
    one.release();
    one.release();
    await vi.advanceTimersByTimeAsync(5000);
    expect(closed).toEqual([]);
    other.release();
    await vi.advanceTimersByTimeAsync(900);
    const again = await viewings.use(idOf(1));
    await vi.advanceTimersByTimeAsync(5000);
    again.release();
    await vi.advanceTimersByTimeAsync(1001);
    expect([closed, viewings.size]).toEqual([[1], 0]);
  });

  test("that come after nobody waits for them any more are closed", async () => {
    const { viewings, asked, closed } = new Shelf();
    const abort = new AbortController();
    const use = viewings.use(idOf(1), abort.signal);
    abort.abort();
    await expect(use).rejects.toThrow();
    expect([asked[0]?.signal.aborted, viewings.size]).toEqual([true, 0]);
    asked[0]?.open();
    await vi.advanceTimersByTimeAsync(0);
    expect(closed).toEqual([1]);
  });

  test("make room for another one only when nobody uses them", async () => {
    const { viewings, asked, closed } = new Shelf();
    const uses = [1, 2].map((number) => viewings.use(idOf(number)));
    for (const { open } of asked) open();
    const [one] = await Promise.all(uses);
    await expect(viewings.use(idOf(3))).rejects.toMatchObject({ code: "too-many-requests" });
    one?.release();
    const third = viewings.use(idOf(3));
    asked.at(-1)?.open();
    await third;
    expect([closed, viewings.size]).toEqual([[1], 2]);
  });

  test("that failed are opened anew by the next", async () => {
    const { viewings, asked } = new Shelf();
    const late = viewings.use(idOf(1));
    const refused = expect(late).rejects.toMatchObject({ code: "video-late", exitCode: 4 });
    await vi.advanceTimersByTimeAsync(5000);
    await refused;
    const again = viewings.use(idOf(1));
    asked[1]?.open();
    await again;
    expect(asked).toHaveLength(2);
  });

  test("end with whoever serves them, or when one is removed", async () => {
    const { viewings, asked, closed } = new Shelf();
    const uses = [1, 2].map((number) => viewings.use(idOf(number)));
    for (const { open } of asked) open();
    await Promise.all(uses);
    await viewings.drop(idOf(2).id);
    expect(closed).toEqual([2]);
    await viewings.close();
    expect(closed).toEqual([2, 1]);
    await expect(viewings.use(idOf(1))).rejects.toMatchObject({ code: "video-closed" });
  });
});
