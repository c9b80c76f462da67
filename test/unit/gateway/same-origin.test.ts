import { expect, test } from "vitest";
import { type Asker, askerOf } from "../../../src/gateway/same-origin.ts";

/** Host, Origin, Sec-Fetch-Site, and who that is. `-`: no such header. */
const ROWS: readonly (readonly [string, string, string, Asker])[] = [
  // Pages of the gateway.
  ["127.0.0.1:8420", "http://127.0.0.1:8420", "same-origin", "same"],
  ["127.0.0.1:8420", "http://127.0.0.1:8420", "-", "same"],
  ["127.0.0.1:8420", "-", "same-origin", "same"],
  ["localhost:8420", "http://localhost:8420", "same-origin", "same"],
  ["LOCALHOST:8420", "http://localhost:8420", "-", "same"],
  ["localhost.:8420", "http://localhost:8420", "-", "same"],
  ["[::1]:8420", "http://[::1]:8420", "same-origin", "same"],
  ["[0:0::1]:8420", "http://[::1]:8420", "-", "same"],
  ["localhost", "http://localhost", "-", "same"],
  ["localhost:80", "http://localhost", "-", "same"],
  ["casa.example", "https://casa.example", "same-origin", "same"],
  ["casa.example:443", "https://casa.example", "-", "same"],
  // Programs, and addresses that were typed.
  ["127.0.0.1:8420", "-", "-", "program"],
  ["127.0.0.1:8420", "-", "none", "person"],
  // Somebody else's.
  ["127.0.0.1:8420", "http://127.0.0.1:8421", "-", "cross"],
  ["127.0.0.1:8420", "http://127.0.0.1", "-", "cross"],
  ["127.0.0.1:8420", "http://127.0.0.1:8421", "same-site", "cross"],
  ["127.0.0.1:8420", "-", "same-site", "cross"],
  ["127.0.0.1:8420", "-", "cross-site", "cross"],
  ["127.0.0.1:8420", "http://localhost:8420", "-", "cross"],
  ["127.0.0.1:8420", "http://localhost:8420", "same-origin", "cross"],
  ["127.0.0.1:8420", "http://evil.example", "-", "cross"],
  ["127.0.0.1:8420", "http://evil.example", "same-origin", "cross"],
  ["127.0.0.1:8420", "http://127.0.0.1:8420", "cross-site", "cross"],
  ["127.0.0.1:8420", "http://127.0.0.1:8420", "none", "cross"],
  ["127.0.0.1:8420", "http://127.0.0.1:8420", "nonsense", "cross"],
  ["127.0.0.1:8420", "null", "-", "cross"],
  ["127.0.0.1:8420", "null", "same-origin", "cross"],
  ["127.0.0.1:8420", "", "-", "cross"],
  ["127.0.0.1:8420", "http://127.0.0.1:8420/", "-", "cross"],
  ["127.0.0.1:8420", "http://127.0.0.1:8420@evil.example", "-", "cross"],
  ["127.0.0.1:8420", "http://evil.example#127.0.0.1:8420", "-", "cross"],
  ["127.0.0.1:8420", "http://evil.example\\@127.0.0.1:8420", "-", "cross"],
  ["127.0.0.1:8420", "file://127.0.0.1:8420", "-", "cross"],
  ["127.0.0.1:8420", "chrome-extension://127.0.0.1:8420", "-", "cross"],
  ["127.0.0.1:8420", "http://127.0.0.1:8420.evil.example", "-", "cross"],
  ["127.0.0.1:8420", "http://127.0.0.1:8420 http://evil.example", "-", "cross"],
  ["127.0.0.1:8420", "127.0.0.1:8420", "-", "cross"],
  ["evil.example:8420", "http://127.0.0.1:8420", "-", "cross"],
  ["casa.example:8420", "https://casa.example", "-", "cross"],
];

test("the table has at least thirty rows", () => expect(ROWS.length).toBeGreaterThanOrEqual(30));

test.for(ROWS)("Host %s, Origin %s, Sec-Fetch-Site %s: %s", ([host, origin, site, asker]) => {
  const headers = {
    host,
    ...(origin === "-" ? {} : { origin }),
    ...(site === "-" ? {} : { "sec-fetch-site": site }),
  };
  expect(askerOf(headers)).toBe(asker);
});
