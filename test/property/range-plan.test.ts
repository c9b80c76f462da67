import { expect, test } from "vitest";
import { WATCH } from "../../src/core/limits.ts";
import { type RangePlan, rangePlan } from "../../src/gateway/range-plan.ts";
import { Random } from "./support/random.ts";
import { type ModelAnswer, type ModelRequest, modelAnswer } from "./support/range-model.ts";
import { SEED } from "./support/seed.ts";

const ETAG = '"gqzx4k7a"';
const HEADERS = 10_000;

/** Headers that are nearly right more often than they are right. */
class RangeGrammar {
  readonly #random: Random;
  readonly #bytes: number;

  constructor(random: Random, bytes: number) {
    this.#random = random;
    this.#bytes = bytes;
  }

  request(): ModelRequest {
    return {
      method: this.#random.oneIn(12) ? "HEAD" : "GET",
      range: this.#random.oneIn(20) ? undefined : this.#broken(this.#range()),
      ifRange: this.#random.oneIn(4)
        ? this.#one([ETAG, ETAG, `W/${ETAG}`, '"x"', "Sat, 29 Oct 1994 19:43:31 GMT"])
        : undefined,
      ifMatch: this.#random.oneIn(8) ? this.#tags() : undefined,
      ifNoneMatch: this.#random.oneIn(8) ? this.#tags() : undefined,
    };
  }

  #range(): string {
    const unit = this.#one([
      "bytes=",
      "bytes=",
      "bytes=",
      "bytes=",
      "Bytes=",
      "BYTES=",
      "bytes",
      "items=",
      "bytes =",
      "",
    ]);
    const count = this.#one([1, 1, 1, 1, 1, 2, 2, 3, 5, 63, 64, 65, 400]);
    const specs = Array.from({ length: count }, () => (this.#random.oneIn(15) ? "" : this.#spec()));
    return unit + specs.join(this.#one([",", ",", ", ", " ,\t", ",,", ";"]));
  }

  #spec(): string {
    const [first, last] = [this.#number(), this.#number()];
    return this.#one([
      `${first}-${last}`,
      `${first}-${last}`,
      `${first}-`,
      `-${last}`,
      `${first}`,
      "-",
      `${first}--${last}`,
    ]);
  }

  #number(): string {
    const bytes = this.#bytes;
    const number = this.#one([
      0,
      1,
      bytes - 1,
      bytes,
      bytes + 1,
      this.#random.below(bytes),
      this.#random.below(2 * bytes),
    ]);
    const huge = this.#one([
      "9007199254740991",
      "9007199254740992",
      "9007199254740993",
      "18446744073709551616",
      "9".repeat(40),
    ]);
    return this.#random.oneIn(10) ? huge : `${"0".repeat(this.#random.oneIn(10) ? 3 : 0)}${Math.max(0, number)}`;
  }

  #tags(): string {
    const tag = (): string =>
      this.#one([ETAG, `W/${ETAG}`, '"x"', '"a,b"', '""', "", 'w/"x"', "gqzx", '"\u00e9"', "*"]);
    const list = Array.from({ length: this.#one([1, 1, 2, 3]) }, tag).join(this.#one([",", ", ", " , "]));
    return this.#random.oneIn(8) ? "*" : this.#broken(list);
  }

  /** With one character more, less or changed, at times. A field's value has no white space around it. */
  #broken(text: string): string {
    if (!this.#random.oneIn(5)) return text.replace(/^[ \t]+|[ \t]+$/g, "");
    const at = this.#random.below(text.length + 1);
    const put = this.#one(["", " ", "\t", ",", "-", "=", "0", "9", "a", '"', "\u00e9", "*", "W/"]);
    return (text.slice(0, at) + put + text.slice(at + this.#random.below(2))).replace(/^[ \t]+|[ \t]+$/g, "");
  }

  #one<Value>(values: readonly Value[]): Value {
    return values[this.#random.below(values.length)] as Value;
  }
}

const planOf = ({ method, range, ifRange, ifMatch, ifNoneMatch }: ModelRequest, bytes: number): RangePlan =>
  rangePlan(
    method,
    { range, "if-range": ifRange, "if-match": ifMatch, "if-none-match": ifNoneMatch },
    { bytes, etag: ETAG, contentType: "video/mp4", contentDisposition: "inline" },
  );

/** A plan in the model's words. */
function said({ status, headers, body }: RangePlan, method: string): ModelAnswer {
  if (status === 405 || (status !== 200 && status !== 206)) return { status: status as 304 };
  const range = /^bytes (\d+)-(\d+)\/\d+$/.exec(headers["content-range"] ?? "");
  const length = BigInt(headers["content-length"] as string);
  const first = range === null ? 0n : BigInt(range[1] as string);
  const last = range === null ? length - 1n : BigInt(range[2] as string);
  expect(last - first + 1n).toBe(length);
  expect(body).toEqual(method === "HEAD" ? undefined : { start: Number(first), end: Number(last) + 1 });
  return { status, first, last };
}

test(`${HEADERS} random requests are answered as a second reading of RFC 9110 has it`, () => {
  const random = new Random(SEED);
  const statuses = new Map<number, number>();
  for (let count = 0; count < HEADERS; count++) {
    const bytes = random.oneIn(3) ? random.between(1, 12) : random.between(1, 2 ** 31);
    const request = new RangeGrammar(random, bytes).request();
    const model = modelAnswer(request, BigInt(bytes), ETAG, WATCH.maxRangesRead);
    const plan = planOf(request, bytes);
    expect(said(plan, request.method), `SEED=${SEED}: ${bytes} bytes, ${JSON.stringify(request)}`).toEqual(model);
    statuses.set(plan.status, (statuses.get(plan.status) ?? 0) + 1);
  }
  // Every answer was reached, many times.
  for (const status of [200, 206, 304, 412, 416]) expect(statuses.get(status) ?? 0, `${status}`).toBeGreaterThan(100);
});

test("headers of 16 KiB that are made to be slow are read at once", () => {
  const long = 16_000;
  const headers = [
    `bytes=${" ".repeat(long)}1-2`,
    `bytes=1-2${" ".repeat(long)}x`,
    `bytes=${"0".repeat(long)}-${"0".repeat(long)}`,
    `bytes=${"9".repeat(long)}-`,
    `bytes=${",".repeat(long)}`,
    `bytes=${" ,".repeat(long / 2)}`,
    `bytes=${"0-,".repeat(long / 3)}`,
  ];
  const tags = [
    `${" ".repeat(long)}"`,
    `"a"${" ".repeat(long)}x`,
    `${'"a",'.repeat(long / 4)}`,
    `"${"a".repeat(long)}`,
    ",".repeat(long),
  ];
  const startedMs = performance.now();
  for (const range of headers)
    planOf({ method: "GET", range, ifRange: undefined, ifMatch: undefined, ifNoneMatch: undefined }, 1000);
  for (const tag of tags)
    planOf({ method: "GET", range: undefined, ifRange: tag, ifMatch: tag, ifNoneMatch: tag }, 1000);
  for (const tag of tags)
    planOf({ method: "GET", range: undefined, ifRange: tag, ifMatch: undefined, ifNoneMatch: tag }, 1000);
  expect(performance.now() - startedMs).toBeLessThan(250);
});
