import { describe, expect, test } from "vitest";
import { type Called, isHostAllowed, isLoopback, placeOf } from "../../../src/gateway/web-hosts.ts";
import { ALLOWED_HOSTS, REFUSED_HOSTS } from "./host-table.ts";

const LOCAL: Called = { address: "127.0.0.1", port: 8420, names: [] };

test("the table has at least sixty rows", () => {
  expect(ALLOWED_HOSTS.length + REFUSED_HOSTS.length).toBeGreaterThanOrEqual(60);
});

test.for(ALLOWED_HOSTS)("the Host %j names a gateway of this machine on port 8420", (header) => {
  expect(isHostAllowed(header, LOCAL)).toBe(true);
});

test.for(REFUSED_HOSTS)("the Host %j does not", (header) => {
  expect(isHostAllowed(header, LOCAL)).toBe(false);
});

test("without a Host nobody is let in", () => {
  expect(isHostAllowed(undefined, LOCAL)).toBe(false);
});

test("a Host without a port means port 80", () => {
  expect(isHostAllowed("localhost", { ...LOCAL, port: 80 })).toBe(true);
  expect(isHostAllowed("localhost:80", { ...LOCAL, port: 80 })).toBe(true);
  expect(isHostAllowed("localhost", LOCAL)).toBe(false);
});

describe("a gateway that others reach", () => {
  const lan: Called = { address: "192.168.1.5", port: 8420, names: [] };

  test("is called by the address at which the request came in, and not as this machine's own", () => {
    expect(isHostAllowed("192.168.1.5:8420", lan)).toBe(true);
    for (const header of ["192.168.1.6:8420", "localhost:8420", "127.0.0.1:8420", "rebound.example:8420"])
      expect(isHostAllowed(header, lan)).toBe(false);
  });

  test("is called so over IPv6, with its zone in the socket's address only", () => {
    expect(isHostAllowed("[fe80::1]:8420", { ...lan, address: "fe80::1%eth0" })).toBe(true);
    expect(isHostAllowed("[fe80:0:0::1]:8420", { ...lan, address: "fe80::1" })).toBe(true);
    expect(isHostAllowed("192.168.1.5:8420", { ...lan, address: "::ffff:192.168.1.5" })).toBe(true);
    expect(isHostAllowed("[fe80::2]:8420", { ...lan, address: "fe80::1" })).toBe(false);
  });
});

describe("further names", () => {
  const named: Called = { ...LOCAL, names: ["Casa.Example", "proxy.example:9000", "10.0.0.1:80"] };

  test.for([
    ["casa.example", true],
    ["casa.example:1234", true],
    ["CASA.example.:443", true],
    ["proxy.example:9000", true],
    ["proxy.example", false],
    ["proxy.example:8420", false],
    ["10.0.0.1", true],
    ["10.0.0.1:8420", false],
    ["x.casa.example", false],
    ["casa.example.evil", false],
    ["localhost:8420", true],
  ] as const)("%s: %s", ([header, isAllowed]) => {
    expect(isHostAllowed(header, named)).toBe(isAllowed);
  });
});

test("places are compared in one form", () => {
  expect(placeOf("LOCALHOST.:8420")).toEqual({ host: "localhost", port: 8420 });
  expect(placeOf("[0:0::1]")).toEqual({ host: "[::1]", port: undefined });
  expect(placeOf("[::FFFF:127.0.0.1]:1")).toEqual({ host: "127.0.0.1", port: 1 });
  expect(placeOf("a".repeat(64))).toBeUndefined();
});

test("loopback is what only this machine can use", () => {
  for (const address of ["127.0.0.1", "127.9.8.7", "::1", "::ffff:127.0.0.1"]) expect(isLoopback(address)).toBe(true);
  for (const address of ["0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "::2", "fe80::1", "::ffff:10.0.0.1"])
    expect(isLoopback(address)).toBe(false);
});
