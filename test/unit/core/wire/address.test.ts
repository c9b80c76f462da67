import { describe, expect, test } from "vitest";
import {
  addressOf,
  formatAddress,
  formatIp,
  ipOf,
  isAnswerable,
  isPrivate,
  isUnicast,
  parseAddress,
  parseIp,
  portOf,
} from "../../../../src/core/wire/address.ts";
import { at } from "../../support/addresses.ts";

test("an address is its host and port in one number, and comes apart again", () => {
  for (const [ip, port] of [
    [0x7f000001, 5001],
    [0xffffffff, 65_535],
    [0, 0],
    [0x80000000, 0x8000],
  ] as const) {
    const address = addressOf(ip, port);
    expect([ipOf(address), portOf(address)]).toEqual([ip, port]);
    expect(Number.isSafeInteger(address)).toBe(true);
  }
});

test("an address is written as it is read", () => {
  for (const text of ["127.0.0.1:5001", "255.255.255.255:65535", "1.2.3.4:1", "10.0.0.200:40000"])
    expect(formatAddress(at(text))).toBe(text);
  expect(formatIp(parseIp("192.168.0.1") as number)).toBe("192.168.0.1");
});

test.for([
  "",
  "127.0.0.1",
  "127.0.0.1:",
  "127.0.0.1:0",
  "127.0.0.1:65536",
  "127.0.0.1:123456",
  "127.0.0.1:50o1",
  "127.0.0:5001",
  "127.0.0.1.1:5001",
  "127.0.0.256:5001",
  "127.0.0.01:5001", // some programs read a leading zero as octal
  "127.0..1:5001",
  " 127.0.0.1:5001",
  "127.0.0.1:5001\n",
  "localhost:5001",
  "[::1]:5001",
  "-1.0.0.1:5001",
])("%j is no address", (text) => {
  expect(parseAddress(text)).toBeUndefined();
});

describe("classes of addresses", () => {
  test.for([
    ["127.0.0.1", true],
    ["127.255.255.255", true],
    ["126.255.255.255", false],
    ["128.0.0.0", false],
    ["10.0.0.0", true],
    ["10.255.255.255", true],
    ["9.255.255.255", false],
    ["11.0.0.0", false],
    ["172.16.0.0", true],
    ["172.31.255.255", true],
    ["172.15.255.255", false],
    ["172.32.0.0", false],
    ["192.168.0.0", true],
    ["192.168.255.255", true],
    ["192.167.255.255", false],
    ["192.169.0.0", false],
    ["169.254.0.0", true],
    ["169.254.255.255", true],
    ["169.253.255.255", false],
    ["8.8.8.8", false],
  ] as const)("%s: private %s", ([ip, expected]) => {
    expect(isPrivate(at(`${ip}:1`))).toBe(expected);
  });

  test.for([
    ["1.0.0.0", true],
    ["223.255.255.255", true],
    ["0.0.0.0", false],
    ["0.255.255.255", false],
    ["224.0.0.1", false], // multicast
    ["239.255.255.255", false],
    ["240.0.0.1", false], // reserved
    ["255.255.255.255", false], // broadcast
  ] as const)("%s: unicast %s", ([ip, expected]) => {
    expect(isUnicast(at(`${ip}:1`))).toBe(expected);
  });

  test("nobody is at port 0", () => {
    expect(isUnicast(addressOf(0x7f000001, 0))).toBe(false);
    expect(isAnswerable(addressOf(0x7f000001, 0), true)).toBe(false);
  });

  test("public addresses are answered only where that is allowed, multicast never", () => {
    expect(isAnswerable(at("127.0.0.1:1"), false)).toBe(true);
    expect(isAnswerable(at("8.8.8.8:53"), false)).toBe(false);
    expect(isAnswerable(at("8.8.8.8:53"), true)).toBe(true);
    expect(isAnswerable(at("224.0.0.1:53"), true)).toBe(false);
  });
});
