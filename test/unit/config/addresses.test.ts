import { expect, test } from "vitest";
import { readAddress, readHttpPlace, readListenAddress } from "../../../src/config-addresses.ts";
import { readHostNames, readHttp, readRate } from "../../../src/config-values.ts";

const PEER = "12D3KooWGmKgnwG5yjbv1UzHqGYnuFMxfEP4NVjyPfDXHVdPH3ow";

test.for([
  ["192.168.1.5:4470", "/ip4/192.168.1.5/tcp/4470"],
  ["[fe80::1]:1", "/ip6/fe80::1/tcp/1"],
  ["casa.example:4470", "/dns/casa.example/tcp/4470"],
  ["localhost:1", "/dns/localhost/tcp/1"],
  ["/ip4/10.0.0.1/tcp/1", "/ip4/10.0.0.1/tcp/1"],
  [`/dns4/casa.example/tcp/1/p2p/${PEER}`, `/dns4/casa.example/tcp/1/p2p/${PEER}`],
  [`/ip6/::1/tcp/1/p2p/${PEER}/p2p-circuit/p2p/${PEER}`, `/ip6/::1/tcp/1/p2p/${PEER}/p2p-circuit/p2p/${PEER}`],
])("%s is an address", ([text, address]) => {
  expect(readAddress(text as string)).toEqual({ address });
});

test.for([
  ...["", ":", ":4470", "4470", "localhost", "1.2.3.4", "1.2.3:4", "1.2.3.4:65536", "1.2.3.4:-1", "::1:4470", "[::1]"],
  ...["[1.2.3.4]:1", "[gg::1]:1", "a b:1", "-a:1", "/ip4/999.1.1.1/tcp/1", "/ip4/::1/tcp/1", "/ip4/1.2.3.4/udp/1"],
  ...["/ip4/1.2.3.4/tcp/70000", "/unix/tmp/x", "/", `/dns/${"a".repeat(600)}/tcp/1`, "1.2.3.4:1\n"],
])("%j is none, and no reason for an exception", (text) => {
  expect(readAddress(text)).toEqual({ problem: expect.stringMatching(/ is not an address: /) });
});

test("one listens at addresses of this machine alone", () => {
  expect(readListenAddress("0.0.0.0:0")).toEqual({ address: "/ip4/0.0.0.0/tcp/0" });
  for (const text of ["localhost:1", `/ip4/1.2.3.4/tcp/1/p2p/${PEER}`, "nonsense"])
    expect(readListenAddress(text)).toHaveProperty("problem");
});

test.for<[unknown, number]>([
  ["5M", 5_000_000],
  ["500k", 500_000],
  ["1.5 MB/s", 1_500_000],
  ["2g", 2_000_000_000],
  [" 4000 ", 4000],
  [4000, 4000],
  ["0", 0],
  [0, 0],
])("the rate %j is %i bytes a second", ([written, value]) => {
  expect(readRate(written)).toEqual({ value });
});

test.for<unknown>([
  "",
  "fast",
  "5T",
  "-1",
  "1e9",
  "5",
  "0.5k",
  "NaN",
  true,
  null,
  [],
  Number.NaN,
  Number.POSITIVE_INFINITY,
])("the rate %j is none", (written) => {
  expect(readRate(written)).toHaveProperty("problem");
});

test.for<[unknown, string]>([
  ["127.0.0.1:8420", "127.0.0.1:8420"],
  ["8421", "127.0.0.1:8421"],
  [8421, "127.0.0.1:8421"],
  ["0", "127.0.0.1:0"],
  ["localhost:1", "127.0.0.1:1"],
  [" 0.0.0.0:8420 ", "0.0.0.0:8420"],
  ["[::1]:8420", "[::1]:8420"],
  ["off", "off"],
  ["none", "off"],
  [false, "off"],
])("the gateway's place %j is %s", ([written, value]) => {
  expect(readHttp(written)).toEqual({ value });
});

test.for<unknown>([
  ...["", "on", "127.0.0.1", "::1:8420", "[127.0.0.1]:1", "1.2.3:4", "home:8420", "127.0.0.1:70000", ":8420", "-1"],
  ...[true, null, 8420.5, [], {}],
])("the gateway's place %j is none", (written) => {
  expect(readHttp(written)).toHaveProperty("problem");
});

test("a place is a host and a port", () => {
  expect(readHttpPlace("[::1]:80")).toEqual({ host: "::1", port: 80, text: "[::1]:80" });
});

test("further names are names of machines, with or without a port, and not too many", () => {
  expect(readHostNames("casa.example, sala:9000 [::1]:1")).toEqual({ value: ["casa.example", "sala:9000", "[::1]:1"] });
  for (const wrong of ["http://casa.example", "casa.example/", "*.example", "a b:x", ["x".repeat(300)]])
    expect(readHostNames(wrong)).toHaveProperty("problem");
});
