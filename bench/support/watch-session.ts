import type { Random } from "../../sim/random.ts";
import type { Film } from "./watch-film.ts";
import type { Group } from "./watch-index.ts";
import { SimulatedPlayer } from "./watch-playing.ts";
import type { Gateway, Side } from "./watch-side.ts";
import { pause, type Viewer } from "./watch-viewer.ts";
import type { Way } from "./watch-ways.ts";

/** How long someone watches before the next seek. */
const DWELL_MS = 1000;
/** For so long nothing is played around a place that is to be cold. All lines together bring 5 s of film a second. */
const APART_S = 25;
/** A place is drawn again so often when it is too near to another. */
const TRIES = 10_000;
/** The second viewer starts so long before: until then it has filled its buffer. */
const WARM_UP_MS = 5000;
const SECOND_PLAYS_S = 45;
const SETTLED_MS = 1000;

/** First frames and cold seeks of one side, one way, in ms; and what failed. */
export interface Times {
  readonly side: Side;
  readonly first: number[];
  readonly seeks: number[];
  readonly failures: string[];
}

/** One session: a fresh gateway, its first frame, some seeks. */
export async function watch(gateway: Gateway, film: Film, way: Way, places: Places, times: Times): Promise<void> {
  const second = new AbortController();
  let viewer: Viewer | undefined;
  try {
    const elsewhere = way.hasSecond
      ? new SimulatedPlayer(gateway.url, film, places.second, second.signal).play()
      : undefined;
    if (elsewhere !== undefined) await pause(WARM_UP_MS);
    // Up and connected for a moment, as a node mostly is when somebody wants to watch.
    await pause(SETTLED_MS);
    viewer = await way.viewer(gateway, film);
    times.first.push(await viewer.open());
    for (const group of places.seeks) {
      await pause(DWELL_MS);
      times.seeks.push(await viewer.seek(group));
    }
    second.abort();
    await elsewhere;
  } catch (error) {
    times.failures.push((error as Error).message);
  } finally {
    second.abort();
    await viewer?.close();
    await gateway.stop();
  }
}

/** Where the one seeks to, and where the other plays from. */
export interface Places {
  readonly seeks: readonly Group[];
  readonly second: Group;
}

/** Random groups of a film, far enough from one another, and from the start and the end, that none is here already. */
export function placesOf({ index }: Film, random: Random, count: number): Places {
  const taken: { fromS: number; toS: number }[] = [{ fromS: 0, toS: 0 }];
  const draw = (lengthS: number): Group => {
    for (let tries = 0; tries < TRIES; tries++) {
      const group = random.pick(index.groups);
      const [fromS, toS] = [group.atS, group.atS + lengthS];
      if (toS > index.durationS - APART_S) continue;
      if (taken.some((one) => fromS < one.toS + APART_S && toS > one.fromS - APART_S)) continue;
      taken.push({ fromS, toS });
      return group;
    }
    throw new Error(`a film of ${index.durationS.toFixed(0)} s has no ${count} places that are ${APART_S} s apart`);
  };
  const second = draw(SECOND_PLAYS_S);
  return { second, seeks: Array.from({ length: count }, () => draw(0)) };
}
