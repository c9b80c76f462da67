import { Box } from "../base/box.ts";
import { memory } from "../base/memory.ts";

/** Where somebody stopped watching. Times are in seconds. */
export interface Place {
  readonly id: string;
  readonly title: string;
  readonly at: number;
  readonly of: number;
}

/** So many are remembered. */
const MOST = 60;
/** Neither the first moments nor the credits are a place to go on at. */
const EARLY_SECONDS = 20;
const LATE_PART = 0.95;

function read(): readonly Place[] {
  try {
    const places: unknown = JSON.parse(memory.get("places") ?? "[]");
    return Array.isArray(places) ? places.filter(isPlace).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

const isPlace = (one: unknown): one is Place => {
  const { id, title, at, of } = (one ?? {}) as Partial<Place>;
  return typeof id === "string" && typeof title === "string" && Number.isFinite(at) && Number.isFinite(of);
};

/** Where this browser stopped, the latest first. */
export const places = new Box<readonly Place[]>(read());

/** Remembers a place, or forgets the video's when it is none to go on at. */
export function notePlace(place: Place): void {
  const others = places.value.filter(({ id }) => id !== place.id);
  const isWorth = place.at >= Math.min(EARLY_SECONDS, place.of / 10) && place.at < place.of * LATE_PART;
  const next = isWorth ? [place, ...others].slice(0, MOST) : others;
  places.set(next);
  memory.set("places", JSON.stringify(next));
}

/** Where to go on, in seconds; 0: at the beginning. */
export const placeOf = (id: string): number => places.value.find((one) => one.id === id)?.at ?? 0;
