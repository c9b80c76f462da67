import { WATCH } from "../core/limits.ts";
import { withoutWhiteSpace } from "./range-white-space.ts";

/** Bytes from `start` to before `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What a Range header asks of so many bytes (RFC 9110, 14.1 and 14.2). `ignored`: another unit, or not well formed, or
 * more ranges than anybody needs; `unsatisfiable`: not one of its ranges has a byte of it.
 */
export type AskedRanges =
  | { readonly kind: "ignored" | "unsatisfiable" }
  /** Those that can be satisfied, in the order of the header, cut to the bytes that there are. */
  | { readonly kind: "ranges"; readonly ranges: readonly ByteRange[] };

/** The unit is a token in any case; no white space stands around the equals sign. */
const BYTES_UNIT = /^bytes=/i;
const RANGE_SPEC = /^(?:(\d+)-(\d*)|-(\d+))$/;

const IGNORED: AskedRanges = { kind: "ignored" };

/** Reads a Range header. @param bytes of the whole, at least 1 */
export function rangesAsked(header: string, bytes: number): AskedRanges {
  const unit = BYTES_UNIT.exec(header);
  if (unit === null) return IGNORED;
  const list = header.slice(unit[0].length);
  // One part more than is looked at shows that there are too many.
  const parts = list.split(",", WATCH.maxRangesRead + 1);
  // A list may have empty elements, and white space around commas, but not before its first element.
  const specs = parts.map(withoutWhiteSpace).filter((part) => part !== "");
  const isPadded = /^[ \t]/.test(list) && withoutWhiteSpace(parts[0] as string) !== "";
  if (isPadded || specs.length === 0 || parts.length > WATCH.maxRangesRead) return IGNORED;
  const ranges: ByteRange[] = [];
  for (const spec of specs) {
    const match = RANGE_SPEC.exec(spec);
    const [, first, last = "", suffix] = match ?? [];
    if (match === null || (first !== undefined && last !== "" && isBelow(last, first))) return IGNORED;
    const range = first === undefined ? lastBytes(Number(suffix), bytes) : bytesFrom(first, last, bytes);
    if (range !== undefined) ranges.push(range);
  }
  return ranges.length === 0 ? { kind: "unsatisfiable" } : { kind: "ranges", ranges };
}

/** Numbers of any length, digit by digit: beyond 2^53 those of JavaScript would take different ones for the same. */
function isBelow(one: string, other: string): boolean {
  const [a, b] = [one.replace(/^0+/, ""), other.replace(/^0+/, "")];
  return a.length === b.length ? a < b : a.length < b.length;
}

const lastBytes = (suffix: number, bytes: number): ByteRange | undefined =>
  suffix === 0 ? undefined : { start: Math.max(0, bytes - suffix), end: bytes };

/** @param last empty for all that follow */
function bytesFrom(first: string, last: string, bytes: number): ByteRange | undefined {
  const start = Number(first);
  return start < bytes ? { start, end: last === "" ? bytes : Math.min(Number(last) + 1, bytes) } : undefined;
}
