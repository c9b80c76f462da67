import { createHmac, hash, randomBytes, timingSafeEqual } from "node:crypto";
import { GATEWAY } from "../core/limits.ts";

/**
 * What a session's text is for. `key`: sent by a page of ours as a bearer, with everything. `cookie`: sent by the browser
 * itself, so that it reads only.
 */
export type SessionUse = "key" | "cookie";

/** A login that was given out. */
interface Login {
  readonly code: string;
  readonly endsAtMs: number;
}

/**
 * Who is logged in. A session is a text with its end in it, signed with the token: there is no table of them, they
 * outlive the process, and a new token ends them all. Times are ms since 1970.
 */
export class Sessions {
  readonly #token: string;
  readonly #clock: () => number;
  #logins: Login[] = [];

  constructor(token: string, clock: () => number) {
    this.#token = token;
    this.#clock = clock;
  }

  /** Whether this text is the token, or a session's key. */
  isKey(text: string): boolean {
    return isEqual(text, this.#token) || this.isSession("key", text);
  }

  /** Whether this text is a session of this use that has not ended. */
  isSession(use: SessionUse, text: string): boolean {
    const [end = ""] = text.split(".", 1);
    if (!/^[0-9a-z]{1,10}$/.test(end) || !isEqual(text, this.#signed(use, end))) return false;
    return Number.parseInt(end, 36) > this.#clock();
  }

  /** Begins a session. */
  begin(use: SessionUse): { readonly text: string; readonly endsAtMs: number } {
    const endsAtMs = this.#clock() + GATEWAY.sessionMs;
    return { text: this.#signed(use, endsAtMs.toString(36)), endsAtMs };
  }

  /** A code that logs in once. Of too many, the oldest is forgotten. */
  login(): Login {
    const login = { code: randomBytes(16).toString("base64url"), endsAtMs: this.#clock() + GATEWAY.loginMs };
    this.#logins = [...this.#waiting(), login].slice(-GATEWAY.maxLogins);
    return login;
  }

  /** Uses a code up. @returns whether it was good */
  use(code: string): boolean {
    const waiting = this.#waiting();
    this.#logins = waiting.filter((login) => !isEqual(login.code, code));
    return this.#logins.length < waiting.length;
  }

  #waiting(): Login[] {
    const nowMs = this.#clock();
    return this.#logins.filter(({ endsAtMs }) => endsAtMs > nowMs);
  }

  #signed(use: SessionUse, end: string): string {
    return `${end}.${createHmac("sha256", this.#token).update(`cardume session\n${use}\n${end}`).digest("base64url")}`;
  }
}

/** In a time that says nothing of where they differ. */
const isEqual = (one: string, other: string): boolean =>
  timingSafeEqual(hash("sha256", one, "buffer"), hash("sha256", other, "buffer"));
