import { describe, expect, test } from "vitest";
import { CardumeError } from "../../../src/core/errors.ts";
import {
  hostOf,
  parseAnnounceAddress,
  parseListenAddress,
  parsePeerAddress,
  withoutPeer,
  withPeer,
} from "../../../src/node/addresses.ts";

const ID = "12D3KooWKx8DXbNwvwk3oWHtf6sANC2XcHKXFoqsxVQESNUBQjtb";
const RELAY = "12D3KooWKqxq9HS1kX14xEi5nGnxHnc1Ld5aeZfxTkj9UKwD6bxz";

const codeOf = (run: () => unknown): string => {
  try {
    return `no error: ${JSON.stringify(run())}`;
  } catch (error) {
    return error instanceof CardumeError ? `${error.code} ${error.exitCode}` : String(error);
  }
};

describe("a peer's address, as people write it", () => {
  test.for([
    ["192.168.1.5:4001", "/ip4/192.168.1.5/tcp/4001"],
    [" 192.168.1.5:4001 ", "/ip4/192.168.1.5/tcp/4001"],
    ["[2606:4700::1]:4001", "/ip6/2606:4700::1/tcp/4001"],
    ["[fe80::1%eth0]:4001", "/ip6zone/eth0/ip6/fe80::1/tcp/4001"],
    ["Some.Host:4001", "/dns/some.host/tcp/4001"],
    [":4001", "/ip4/127.0.0.1/tcp/4001"],
    ["/ip4/192.168.1.5/tcp/4001", "/ip4/192.168.1.5/tcp/4001"],
    ["/dns4/some.host/tcp/4001", "/dns4/some.host/tcp/4001"],
  ] as const)("%s is %s, whoever is there", ([text, address]) => {
    expect(parsePeerAddress(text)).toEqual({ address, peer: undefined });
  });

  test("may say which peer has to be there, also behind a relay", () => {
    expect(parsePeerAddress(`/ip4/1.2.3.4/tcp/5/p2p/${ID}`)).toEqual({ address: "/ip4/1.2.3.4/tcp/5", peer: ID });
    const relayed = `/ip4/1.2.3.4/tcp/5/p2p/${RELAY}/p2p-circuit`;
    expect(parsePeerAddress(`${relayed}/p2p/${ID}`)).toEqual({ address: relayed, peer: ID });
    expect(parseAnnounceAddress(`${relayed}/p2p/${ID}`)).toBe(`${relayed}/p2p/${ID}`);
  });

  test.for([
    ...[
      "",
      "4001",
      "host",
      "host:",
      "host:port",
      "1.2.3.4:70000",
      "1.2.3.4.5:1",
      "1.2.3.456:1",
      "::1:4001",
      "[::1]",
      "[x]:1",
    ],
    ...[
      "a b:1",
      "-a:1",
      "1.2.3.4:0",
      "/ip4/1.2.3.4/tcp/0",
      "/ip4/1.2.3.4/udp/4001",
      "/ip4/1.2.3.4",
      "/ip4/1.2.3.4/tcp/1/ws",
    ],
    ...[
      "/unix/tmp",
      "/ip4/1.2.3.4/tcp/1/p2p/nobody",
      "http://host:1",
      "../x:1",
      `/ip4/1.2.3.4/tcp/5/p2p/${RELAY}/p2p-circuit`,
    ],
    ...["x".repeat(600), `/dns/${"x.".repeat(300)}/tcp/1`, "host\n:1", "[fe80::1%a/b]:1"],
  ])("%j is none", (text) => {
    expect(codeOf(() => parsePeerAddress(text))).toBe("address-invalid 2");
  });
});

describe("where to listen", () => {
  test.for([
    [":4001", ["/ip4/0.0.0.0/tcp/4001", "/ip6/::/tcp/4001"]],
    ["0.0.0.0:0", ["/ip4/0.0.0.0/tcp/0"]],
    ["localhost:4001", ["/ip4/127.0.0.1/tcp/4001"]],
    ["[::1]:4001", ["/ip6/::1/tcp/4001"]],
    ["/ip4/127.0.0.1/tcp/0", ["/ip4/127.0.0.1/tcp/0"]],
  ] as const)("%s is %j", ([text, addresses]) => {
    expect(parseListenAddress(text)).toEqual(addresses);
  });

  test.for(["some.host:4001", "/dns/some.host/tcp/1", `/ip4/1.2.3.4/tcp/5/p2p/${ID}`, "/p2p-circuit", "4001"])(
    "%s is nowhere",
    (text) => {
      expect(codeOf(() => parseListenAddress(text))).toBe("address-invalid 2");
    },
  );
});

describe("an address's parts", () => {
  test("the peer at its end is taken off and put on", () => {
    expect(withoutPeer(`/ip4/1.2.3.4/tcp/5/p2p/${ID}`)).toBe("/ip4/1.2.3.4/tcp/5");
    expect(withPeer(`/ip4/1.2.3.4/tcp/5/p2p/${RELAY}`, ID)).toBe(`/ip4/1.2.3.4/tcp/5/p2p/${ID}`);
  });

  test("the host is the IP of who is there, and a relay's is not", () => {
    expect(hostOf(`/ip4/1.2.3.4/tcp/5/p2p/${ID}`)).toBe("1.2.3.4");
    expect(hostOf("/ip6zone/eth0/ip6/fe80::1/tcp/5")).toBe("fe80::1");
    expect(hostOf("/dns/some.host/tcp/5")).toBeUndefined();
    expect(hostOf(`/ip4/1.2.3.4/tcp/5/p2p/${RELAY}/p2p-circuit`)).toBeUndefined();
  });
});
