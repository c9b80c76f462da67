import { describe, expect, test } from "vitest";
import { CardumeError } from "../../../src/core/errors.ts";
import { apiError, problemOf, thrownError } from "../../../src/gateway/api-errors.ts";
import { trailerError, trailerText } from "../../../src/gateway/api-trailer.ts";
import { Latest, once, withProgress } from "../../../src/gateway/with-progress.ts";

describe("items with progress", () => {
  test("come in order, the last word of the progress before the item that it led to", async () => {
    const latest = new Latest<number>();
    async function* items(): AsyncGenerator<string> {
      for (const name of ["a", "b"]) {
        for (let at = 1; at <= 3; at++) latest.set(at);
        yield await Promise.resolve(name);
      }
    }
    const seen: object[] = [];
    for await (const one of withProgress(items(), latest)) seen.push(one);
    expect(seen).toEqual([{ progress: 3 }, { item: "a" }, { progress: 3 }, { item: "b" }]);
  });

  test("tell of progress while an item is waited for", async () => {
    const latest = new Latest<number>();
    const { promise, resolve } = Promise.withResolvers<string>();
    const all = withProgress(once(promise), latest);
    latest.set(1);
    expect((await all.next()).value).toEqual({ progress: 1 });
    latest.set(2);
    expect((await all.next()).value).toEqual({ progress: 2 });
    resolve("done");
    expect((await all.next()).value).toEqual({ item: "done" });
    expect((await all.next()).done).toBe(true);
  });

  test("end what makes them when nobody wants them any more, and fail as it fails", async () => {
    let isEnded = false;
    async function* items(): AsyncGenerator<number> {
      try {
        for (let at = 0; ; at++) yield await Promise.resolve(at);
      } finally {
        isEnded = true;
      }
    }
    for await (const _ of withProgress(items(), new Latest())) break;
    expect(isEnded).toBe(true);
    const failing = withProgress(once(Promise.reject(new Error("broken"))), new Latest());
    await expect(failing.next()).rejects.toThrow("broken");
  });
});

describe("errors on their way", () => {
  test("keep their code, words and exit code", () => {
    const error = new CardumeError("disk-full", "no room: 100 % é", { exitCode: 5 });
    expect(thrownError(apiError(error))).toEqual(error);
    expect(trailerError(trailerText(apiError(error)))).toEqual(apiError(error));
    expect([trailerError(trailerText(undefined)), trailerError(undefined)]).toEqual([undefined, undefined]);
  });

  test("that nobody expected are the program's own", () => {
    expect(apiError(new TypeError("x is not a function"))).toEqual({
      type: "urn:cardume:internal",
      title: "Mistake in the program",
      status: 500,
      detail: "x is not a function",
      code: "internal",
      exitCode: 1,
    });
    expect(apiError("text")).toMatchObject({ code: "internal", detail: "text" });
  });

  test("have the status that fits", () => {
    const status = (code: string, exitCode: number): number => problemOf(code, "", exitCode).status;
    expect([1, 2, 3, 4, 5, 77].map((exitCode) => status("some", exitCode))).toEqual([409, 400, 404, 502, 503, 500]);
    expect([status("internal", 1), status("video-ambiguous", 2), status("body-too-large", 2)]).toEqual([500, 409, 413]);
  });
});
