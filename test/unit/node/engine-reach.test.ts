import { describe, expect, test } from "vitest";
import { isPublic, mayDialFrom } from "../../../src/node/engine-reach.ts";

const ID = "12D3KooWKx8DXbNwvwk3oWHtf6sANC2XcHKXFoqsxVQESNUBQjtb";
const LOOPBACK = [`/ip4/127.0.0.1/tcp/4001/p2p/${ID}`];
const HOME = [...LOOPBACK, `/ip4/192.168.1.5/tcp/4001/p2p/${ID}`];
const SERVER = [...HOME, `/ip4/9.9.9.9/tcp/4001/p2p/${ID}`];

describe("what may be dialled on a stranger's word", () => {
  test.for([
    ["/ip4/8.8.8.8/tcp/4001", true, true, true],
    ["/ip6/2606:4700::1/tcp/4001", true, true, true],
    ["/ip4/192.168.1.9/tcp/4001", false, true, false],
    ["/ip6/fd00::1/tcp/4001", false, true, false],
    ["/ip4/127.0.0.1/tcp/5001", true, false, false],
    ["/ip6/::1/tcp/5001", true, false, false],
    ["/ip4/0.0.0.0/tcp/4001", false, false, false],
    ["/ip4/224.0.0.251/tcp/4001", false, false, false],
    ["/ip4/8.8.8.8/tcp/0", false, false, false],
    ["/ip6/::ffff:8.8.8.8/tcp/4001", false, false, false],
    ["/dns/some.host/tcp/4001", false, false, false],
    ["/ip4/8.8.8.8/udp/4001", false, false, false],
    ["rubbish", false, false, false],
  ] as const)(
    "%s: from this machine alone %s, from a home %s, from a server %s",
    ([address, loopback, home, server]) => {
      expect(mayDialFrom(address, LOOPBACK)).toBe(loopback);
      expect(mayDialFrom(address, HOME)).toBe(home);
      expect(mayDialFrom(address, SERVER)).toBe(server);
    },
  );

  test("is never this node itself", () => {
    expect(mayDialFrom("/ip4/9.9.9.9/tcp/4001", SERVER)).toBe(false);
    expect(mayDialFrom(`/ip4/9.9.9.9/tcp/4001/p2p/${ID}`, SERVER)).toBe(false);
  });

  test("a relay's public address does not make a node public", () => {
    expect(isPublic(`/ip4/9.9.9.9/tcp/4001/p2p/${ID}`)).toBe(true);
    expect(isPublic(`/ip4/9.9.9.9/tcp/4001/p2p/${ID}/p2p-circuit/p2p/${ID}`)).toBe(false);
    const relayed = [...HOME, `/ip4/9.9.9.9/tcp/4001/p2p/${ID}/p2p-circuit/p2p/${ID}`];
    expect(mayDialFrom("/ip4/192.168.1.9/tcp/4001", relayed)).toBe(true);
  });
});
