import type { JSX } from "preact";
import { FISH } from "../base/icons.tsx";

/** Small numbers out of an id: the same for the same video, everywhere. */
function* numbersOf(id: string): Generator<number> {
  let state = 2166136261;
  for (let at = 0; at < id.length; at++) state = Math.imul(state ^ id.charCodeAt(at), 16777619);
  for (;;) {
    state = Math.imul(state ^ (state >>> 15), 2246822507);
    state = Math.imul(state ^ (state >>> 13), 3266489909);
    yield ((state ^ (state >>> 16)) >>> 0) / 4294967296;
  }
}

/** Waters: from the surface down. */
const WATERS = [
  ["#2f7f86", "#0f3f4d"],
  ["#4a8f7f", "#153f3f"],
  ["#3c6f94", "#142d4a"],
  ["#7d8f6a", "#2a4038"],
  ["#5d6f9c", "#1f2748"],
  ["#a4785c", "#40302f"],
  ["#86688f", "#2d2340"],
  ["#4f8aa6", "#123247"],
] as const;

/** What stands for a video without a poster: a shoal of its own in water of its own. */
export function Art({ id }: { readonly id: string }): JSX.Element {
  const numbers = numbersOf(id);
  const next = (): number => numbers.next().value as number;
  const [high, deep] = WATERS[Math.floor(next() * WATERS.length)] ?? WATERS[0];
  const [centerX, centerY, tilt] = [110 + next() * 100, 70 + next() * 40, -14 + next() * 28];
  const fish = Array.from({ length: 9 + Math.floor(next() * 9) }, (_, index) => {
    const [angle, far] = [next() * Math.PI * 2, Math.sqrt(next())];
    const size = 0.55 + next() * 0.95;
    return { index, x: Math.cos(angle) * far * 110, y: Math.sin(angle) * far * 46, size, light: 0.16 + next() * 0.5 };
  });
  const name = `water-${id.slice(0, 12)}`;
  return (
    <svg viewBox="0 0 320 180" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <linearGradient id={name} x1="0" y1="0" x2="0.25" y2="1">
        <stop offset="0" stop-color={high} />
        <stop offset="1" stop-color={deep} />
      </linearGradient>
      <rect width="320" height="180" fill={`url(#${name})`} />
      <g transform={`translate(${centerX} ${centerY}) rotate(${tilt})`} fill="#eaf6f1">
        {fish.map(({ index, x, y, size, light }) => (
          <path key={index} d={FISH} opacity={light} transform={`translate(${x} ${y}) scale(${size})`} />
        ))}
      </g>
    </svg>
  );
}
