import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isAdmissible, nearnessOf, parsePeerAddress } from "../../../../src/core/neighbours/address-class.ts";

const scopeOf = (host: string): string | undefined => parsePeerAddress(`/${host}/tcp/4001`)?.scope;

describe("an address", () => {
  test.for([
    ["ip4/8.8.8.8", "public"],
    ["ip4/127.0.0.1", "loopback"],
    ["ip4/127.255.255.254", "loopback"],
    ["ip4/10.1.2.3", "private"],
    ["ip4/172.31.255.255", "private"],
    ["ip4/172.32.0.0", "public"],
    ["ip4/192.168.0.1", "private"],
    ["ip4/100.64.0.1", "private"],
    ["ip4/100.128.0.1", "public"],
    ["ip4/169.254.1.1", "private"],
    ["ip6/2a00:1450:4001:80b::200e", "public"],
    ["ip6/::1", "loopback"],
    ["ip6/0:0:0:0:0:0:0:1", "loopback"],
    ["ip6/fd00::1", "private"],
    ["ip6/fe80::1", "private"],
    ["ip6zone/eth0/ip6/fe80::1", "private"],
    ["dns4/example.org", "name"],
    ["dns/localhost", "name"],
  ] as const)("/%s is %s", ([host, scope]) => {
    expect(scopeOf(host)).toBe(scope);
  });
});

describe("no address", () => {
  test.for([
    "ip4/0.0.0.0",
    "ip4/0.1.2.3",
    "ip4/224.0.0.251",
    "ip4/239.255.255.250",
    "ip4/255.255.255.255",
    "ip4/240.0.0.1",
    "ip4/169.254.169.254",
    "ip4/192.0.2.1",
    "ip4/127.1",
    "ip4/0x7f.0.0.1",
    "ip4/127.0.0.01",
    "ip4/2130706433",
    "ip4/::1",
    "ip6/::",
    "ip6/ff02::fb",
    "ip6/::ffff:127.0.0.1",
    "ip6/::ffff:7f00:1",
    "ip6/0:0:0:0:0:ffff:8.8.8.8",
    "ip6/::127.0.0.1",
    "ip6/64:ff9b::7f00:1",
    "ip6/2002:7f00:1::",
    "ip6/2001:db8::1",
    "ip6/2001:0:1::1",
    "ip6/fe80::1%eth0",
    "ip6/1:2:3",
    "ip6/1::2::3",
    "ip6/12345::1",
    "ip6/8.8.8.8",
    "dns4/127.0.0.1",
    "dns4/-x.org",
    "dns4/ex ample.org",
    "unix/tmp",
  ])("/%s is nowhere", (host) => {
    expect(scopeOf(host)).toBeUndefined();
  });

  test.for([
    "",
    "/ip4/8.8.8.8",
    "/ip4/8.8.8.8/tcp/0",
    "/ip4/8.8.8.8/tcp/65536",
    "/ip4/8.8.8.8/tcp/04001",
    "/ip4/8.8.8.8/tcp/-1",
    "/ip4/8.8.8.8/udp/4001",
    "/ip4/8.8.8.8/tcp/4001/http",
    "8.8.8.8:4001",
    "/ip4/8.8.8.8/tcp/4001\n",
    `/dns4/${"a.".repeat(300)}org/tcp/1`,
  ])("%j is none", (text) => {
    expect(parsePeerAddress(text)).toBeUndefined();
  });
});

describe("an address that is read", () => {
  test("says its peer, its port, its network and whether it leads through a relay", () => {
    expect(parsePeerAddress("/ip4/8.8.4.4/tcp/4001/p2p/12D3KooWabc")).toEqual({
      text: "/ip4/8.8.4.4/tcp/4001",
      peer: "12D3KooWabc",
      scope: "public",
      host: "8.8.4.4",
      port: 4001,
      group: "8.8.4",
      isRelayed: false,
    });
    expect(parsePeerAddress("/ip6/2a00::1/tcp/1/p2p/Relay/p2p-circuit/p2p/Peer")).toMatchObject({
      text: "/ip6/2a00::1/tcp/1/p2p/Relay/p2p-circuit",
      peer: "Peer",
      group: "2a00:0:0:0",
      isRelayed: true,
    });
  });

  test("has one host, however it is spelt", () => {
    const hosts = ["2a00::1", "2A00:0::0001", "2a00:0:0:0:0:0:0:1", "2a00::0.0.0.1"].map(
      (host) => parsePeerAddress(`/ip6/${host}/tcp/1`)?.host,
    );
    expect(new Set(hosts).size).toBe(1);
  });
});

describe("who may name it", () => {
  test.for([
    ["/ip4/8.8.8.8/tcp/1", ["person", "loopback", "private", "public"]],
    ["/ip4/10.0.0.1/tcp/1", ["person", "loopback", "private"]],
    ["/ip4/127.0.0.1/tcp/1", ["person", "loopback"]],
    ["/dns/a.org/tcp/1", ["person"]],
  ] as const)("%s: %s", ([text, expected]) => {
    const address = parsePeerAddress(text);
    const who = (["person", "loopback", "private", "public"] as const).filter(
      (nearness) => address !== undefined && isAdmissible(address, nearness),
    );
    expect(who).toEqual(expected);
  });

  test.for([
    ["/ip4/127.0.0.1/tcp/1", "loopback"],
    ["/ip4/10.0.0.1/tcp/1/p2p/X", "private"],
    ["/ip4/8.8.8.8/tcp/1", "public"],
    ["/ip4/10.0.0.1/tcp/1/p2p/R/p2p-circuit/p2p/X", "public"],
    ["rubbish", "public"],
  ] as const)("whoever is connected at %s is %s", ([text, nearness]) => {
    expect(nearnessOf(text)).toBe(nearness);
  });
});

describe("whatever the bytes", () => {
  const inV4 = (ip: readonly number[]): string => ip.join(".");
  const bytes = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));

  test("no IPv4 address that is dialled from afar is on a site, on this machine, or nobody's", () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom(0, 10, 100, 127, 169, 172, 192, 198, 224, 255, 8), (tail, first) => {
        const [, b, c] = tail;
        const address = parsePeerAddress(`/ip4/${inV4([first, ...tail.slice(1)])}/tcp/9`);
        const isInside =
          [0, 10, 127].includes(first) ||
          first >= 224 ||
          (first === 100 && b >= 64 && b < 128) ||
          (first === 169 && b === 254) ||
          (first === 172 && b >= 16 && b < 32) ||
          (first === 192 && (b === 168 || (b === 0 && (c === 0 || c === 2)) || (b === 88 && c === 99))) ||
          (first === 198 && (b === 18 || b === 19 || (b === 51 && c === 100)));
        expect(address !== undefined && isAdmissible(address, "public")).toBe(!isInside);
      }),
      { numRuns: 2000 },
    );
  });

  test("no IPv4 address is reached by dressing it as an IPv6 one", () => {
    fc.assert(
      fc.property(bytes, fc.constantFrom("::ffff:", "::", "64:ff9b::", "::ffff:0:", "64:ff9b:1::"), (ip, prefix) => {
        const [a, b, c, d] = ip;
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        for (const tail of [inV4(ip), hex]) {
          const address = parsePeerAddress(`/ip6/${prefix}${tail}/tcp/9`);
          expect(address === undefined || address.host === "0:0:0:0:0:0:0:1").toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("a text gives an address or nothing, and its own text gives it again", () => {
    const part = fc.constantFrom(
      "ip4",
      "ip6",
      "dns",
      "tcp",
      "p2p",
      "p2p-circuit",
      "1.2.3.4",
      "::1",
      "a.b",
      "4001",
      "Qm",
      "",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(part, { maxLength: 9 }).map((parts) => `/${parts.join("/")}`),
          fc.string(),
        ),
        (text) => {
          const address = parsePeerAddress(text);
          if (address !== undefined) expect(parsePeerAddress(address.text)).toEqual({ ...address, peer: undefined });
        },
      ),
      { numRuns: 3000 },
    );
  });
});
