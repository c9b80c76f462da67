/** What a request's headers say, as far as they matter; `undefined`: there is none. */
export interface ModelRequest {
  readonly method: "GET" | "HEAD";
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

/** What RFC 9110 has it answered with: a status, and of the bytes the first and the last. */
export interface ModelAnswer {
  readonly status: 200 | 206 | 304 | 412 | 416;
  readonly first?: bigint;
  readonly last?: bigint;
}

// A second reading of RFC 9110, from its grammar and with whole numbers of any size; it shares no code with the first.

const SPEC = "(?:[0-9]+-[0-9]*|-[0-9]+)";
/** `ranges-specifier` with the list rule of 5.6.1.2: empty elements are taken. */
const SPECIFIER = new RegExp(`^[bB][yY][tT][eE][sS]=((?:${SPEC})?(?:[ \\t]*,[ \\t]*(?:${SPEC})?)*)$`);
const TAG = '(?:W/)?"[\\x21\\x23-\\x7e\\x80-\\xff]*"';
const TAGS = new RegExp(`^(?:${TAG})?(?:[ \\t]*,[ \\t]*(?:${TAG})?)*$`);

/** @param mostElements of a list of ranges that the server looks at */
export function modelAnswer(request: ModelRequest, bytes: bigint, etag: string, mostElements: number): ModelAnswer {
  if (request.ifMatch !== undefined && !names(request.ifMatch, (tag) => tag === etag)) return { status: 412 };
  const isSame = (tag: string): boolean => tag === etag || tag === `W/${etag}`;
  if (request.ifNoneMatch !== undefined && names(request.ifNoneMatch, isSame)) return { status: 304 };
  const whole: ModelAnswer = { status: 200, first: 0n, last: bytes - 1n };
  const { method, range, ifRange } = request;
  if (method !== "GET" || range === undefined || (ifRange !== undefined && ifRange !== etag)) return whole;
  const list = SPECIFIER.exec(range)?.[1];
  if (list === undefined || list.split(",").length > mostElements) return whole;
  const specs = list.match(new RegExp(SPEC, "g")) ?? [];
  if (specs.length === 0 || specs.some(isBackward)) return whole;
  const there = specs.map((spec) => placed(spec, bytes)).filter((one) => one !== undefined);
  const [only] = there;
  if (only === undefined) return { status: 416 };
  return there.length > 1 ? whole : { status: 206, ...only };
}

function names(list: string, isIt: (tag: string) => boolean): boolean {
  if (list === "*") return true;
  return TAGS.test(list) && (list.match(new RegExp(TAG, "g")) ?? []).some(isIt);
}

function isBackward(spec: string): boolean {
  const [first = "", last = ""] = spec.split("-");
  return first !== "" && last !== "" && BigInt(last) < BigInt(first);
}

function placed(spec: string, bytes: bigint): { first: bigint; last: bigint } | undefined {
  const [first = "", last = ""] = spec.split("-");
  if (first === "") {
    const suffix = BigInt(last);
    return suffix === 0n ? undefined : { first: suffix >= bytes ? 0n : bytes - suffix, last: bytes - 1n };
  }
  if (BigInt(first) >= bytes) return undefined;
  return { first: BigInt(first), last: last === "" || BigInt(last) >= bytes ? bytes - 1n : BigInt(last) };
}
