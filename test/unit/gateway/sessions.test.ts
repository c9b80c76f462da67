import { beforeEach, describe, expect, test } from "vitest";
import { GATEWAY } from "../../../src/core/limits.ts";
import { Sessions } from "../../../src/gateway/sessions.ts";

const TOKEN = "t".repeat(43);
const START_MS = 1_700_000_000_000;
let nowMs = START_MS;
let sessions: Sessions = new Sessions(TOKEN, () => nowMs);
beforeEach(() => {
  nowMs = START_MS;
  sessions = new Sessions(TOKEN, () => nowMs);
});

describe("a session", () => {
  test("is good until its end, also for another process with the same token", () => {
    const { text, endsAtMs } = sessions.begin("key");
    expect(endsAtMs).toBe(START_MS + GATEWAY.sessionMs);
    expect([sessions.isKey(text), new Sessions(TOKEN, () => nowMs).isKey(text)]).toEqual([true, true]);
    nowMs = endsAtMs;
    expect(sessions.isKey(text)).toBe(false);
  });

  test("is good for its own use, and with its own token", () => {
    const [key, cookie] = [sessions.begin("key").text, sessions.begin("cookie").text];
    expect([sessions.isSession("cookie", key), sessions.isKey(cookie)]).toEqual([false, false]);
    expect(new Sessions("u".repeat(43), () => nowMs).isKey(key)).toBe(false);
  });

  test("cannot be made longer, or up", () => {
    const { text } = sessions.begin("key");
    const [end = "", signature = ""] = text.split(".");
    const later = (Number.parseInt(end, 36) + 1).toString(36);
    for (const wrong of [
      `${later}.${signature}`,
      `${end}.`,
      end,
      `.${signature}`,
      "",
      ".",
      `${text} `,
      `${end.toUpperCase()}.${signature}`,
    ])
      expect([wrong, sessions.isKey(wrong)]).toEqual([wrong, false]);
  });
});

describe("a login", () => {
  test("is good once, and for ten minutes", () => {
    const { code } = sessions.login();
    expect([sessions.use("x"), sessions.use(code), sessions.use(code)]).toEqual([false, true, false]);
    const { code: late, endsAtMs } = sessions.login();
    nowMs = endsAtMs;
    expect(sessions.use(late)).toBe(false);
  });

  test("has 128 random bits", () => {
    const codes = Array.from({ length: 10 }, () => sessions.login().code);
    expect(new Set(codes).size).toBe(10);
    for (const code of codes) expect(Buffer.from(code, "base64url")).toHaveLength(16);
  });

  test("of which there are too many, is forgotten, the oldest first", () => {
    const codes = Array.from({ length: GATEWAY.maxLogins + 1 }, () => sessions.login().code);
    expect([sessions.use(codes[0] ?? ""), sessions.use(codes[1] ?? "")]).toEqual([false, true]);
  });
});
