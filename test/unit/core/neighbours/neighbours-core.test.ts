import { describe, expect, test } from "vitest";
import { at, NeighboursRun, named, recordOf } from "./neighbours-run.ts";

const LETTERS = [..."abcdefghijklmnopqrstuvwxyz"];

/** A run with so many neighbours that it has dialled. */
function withNeighbours(count: number, maxPeers?: number): NeighboursRun {
  const run = new NeighboursRun(maxPeers);
  for (const letter of LETTERS.slice(0, count)) run.neighbour(letter);
  return run;
}

describe("neighbours that are missing", () => {
  test("are dialled among the known, four at a time, until there are eight", () => {
    const run = new NeighboursRun();
    for (const letter of LETTERS) run.learned("lan", letter);
    expect(run.dials.size).toBe(4);
    while (run.dials.size > 0) run.dialled([...run.dials.keys()][0] as string);
    expect(run.peers).toHaveLength(8);
  });

  test("are replaced when they go", () => {
    const run = withNeighbours(8);
    run.learned("lan", "x");
    expect(run.dials.size).toBe(0);
    run.nowMs = 40_000;
    expect(run.input({ type: "disconnected", peer: "a" })).toContain("dial x");
  });

  test("are asked of those that there are, and what they tell is dialled", () => {
    const run = new NeighboursRun();
    run.learned("lan", "a");
    expect(run.dialled("a")).toEqual(expect.arrayContaining(["accept a", "ask a"]));
    expect(run.told("a", named("b"), named("c"))).toEqual(expect.arrayContaining(["dial b", "dial c"]));
  });

  test("are dialled again ever more rarely when they do not answer, every minute and a half at least, and forgotten after eight times", () => {
    const run = withNeighbours(1);
    run.learned("lan", "x");
    const waits: number[] = [];
    for (let failures = 0; failures < 8; failures++) {
      const failedAtMs = run.nowMs;
      const done = run.failed("x");
      if (done.includes("forget x") || run.core.known === 1) break;
      while (!run.dials.has("x")) run.pass(100);
      waits.push(run.nowMs - failedAtMs);
    }
    expect(waits).toHaveLength(7);
    for (const [failures, waitMs] of waits.entries()) {
      expect(waitMs).toBeLessThan(Math.min(2000 * 2 ** failures * 1.6, 91_000));
      if (failures < 4) expect(waitMs).toBeGreaterThanOrEqual(1000 * 2 ** failures);
    }
    run.pass(3_600_000);
    expect(run.dials.has("x")).toBe(false);
  });

  test("are not forgotten while nobody at all answers: then it is our own network that is down", () => {
    const run = new NeighboursRun();
    run.learned("memory", "x");
    for (let failures = 0; failures < 12; failures++) {
      run.failed("x");
      run.pass(1_000_000);
    }
    expect(run.core.known).toBe(1);
    expect(run.dials.has("x")).toBe(true);
  });

  test("a dial that is never answered is given up after half a minute", () => {
    const run = new NeighboursRun();
    run.learned("lan", "a");
    expect(run.pass(29_999)).toEqual([]);
    run.pass(10_000);
    expect(run.core.counters).toMatchObject({ dialsFailed: 1, dials: 2 });
  });
});

describe("a node without any neighbour", () => {
  test("tries somebody at least every half minute, however long nobody has answered", () => {
    const run = new NeighboursRun();
    for (const peer of ["a", "b", "c"]) run.learned("memory", peer);
    run.learned("join", "j");
    const tried: Record<string, number> = {};
    let lastAtMs = 0;
    let longestMs = 0;
    for (const endMs = 4 * 3_600_000; run.nowMs < endMs; run.pass(500)) {
      for (const peer of run.dials.keys()) {
        longestMs = Math.max(longestMs, run.nowMs - lastAtMs);
        lastAtMs = run.nowMs;
        tried[peer] = (tried[peer] ?? 0) + 1;
        run.failed(peer);
      }
    }
    expect(longestMs).toBeLessThan(30_000);
    expect(Math.min(...["a", "b", "c", "j"].map((peer) => tried[peer] ?? 0))).toBeGreaterThan(100);
  });
});

describe("whom a person asked to join", () => {
  test("is tried again for ever, a minute and a half apart at most", () => {
    const run = new NeighboursRun();
    expect(run.learned("join", undefined, ["/dns4/a.org/tcp/1"])).toEqual(["dial /dns4/a.org/tcp/1"]);
    for (let failures = 0; failures < 50; failures++) {
      run.failed("/dns4/a.org/tcp/1");
      run.pass(90_000);
      expect(run.dials.has("/dns4/a.org/tcp/1")).toBe(true);
    }
  });

  test("is dialled again when it has gone, whoever answers there", () => {
    const run = new NeighboursRun();
    run.learned("join", undefined, [at("a")]);
    run.dialled(at("a"), "a");
    run.nowMs = 60_000;
    run.input({ type: "disconnected", peer: "a" });
    expect(run.pass(3000)).toContain(`dial ${at("a")}`);
    expect(run.dialled(at("a"), "b")).toContain("accept b");
  });

  test("takes the place of the one that came last when there is no room", () => {
    const run = withNeighbours(3, 6);
    for (const guest of ["x", "y", "z"]) run.came(guest);
    run.learned("join", "j");
    expect(run.dialled("j")).toEqual(expect.arrayContaining(["disconnect z: replaced", "accept j"]));
  });

  test("may be at any address but one of nobody or of our own", () => {
    const run = new NeighboursRun();
    for (const bad of ["/ip4/0.0.0.0/tcp/1", "/ip4/9.9.9.9/tcp/4001", "/ip4/224.0.0.1/tcp/1"])
      expect(run.learned("join", undefined, [bad])).toEqual([]);
    for (const good of ["/ip4/127.0.0.1/tcp/1", "/ip4/10.0.0.1/tcp/1", "/dns/a.org/tcp/1"])
      expect(run.learned("join", undefined, [good])).toEqual([`dial ${good}`]);
  });
});

describe("those who come", () => {
  test("leave room for those whom we choose, and are told of others when there is none", () => {
    const run = new NeighboursRun(8);
    run.neighbour("a");
    run.learned("inbound", "a");
    for (const guest of ["q", "r", "s", "t"]) expect(run.came(guest)).toContain(`accept ${guest}`);
    expect(run.came("u")).toEqual(["tell u: a", "disconnect u: full"]);
    for (const own of ["b", "c", "d"]) run.neighbour(own);
    expect(run.peers).toHaveLength(8);
  });

  test("from one public network are a fifth at most", () => {
    const run = new NeighboursRun(20);
    const done = [1, 2, 3, 4, 5, 6].map((host) => run.came(`p${host}`, `/ip4/8.8.8.${host}/tcp/5`).at(0));
    expect(done).toEqual([
      "accept p1",
      "accept p2",
      "accept p3",
      "accept p4",
      "disconnect p5: share",
      "disconnect p6: share",
    ]);
    expect(run.came("q", "/ip4/8.8.9.1/tcp/5")).toContain("accept q");
  });

  test.for(["/ip4/127.0.0.1/tcp/", "/ip4/192.168.1.7/tcp/", "/ip6/fd00::7/tcp/"])("from %s are not limited", (base) => {
    const run = new NeighboursRun(20);
    for (let port = 1; port <= 16; port++) expect(run.came(`p${port}`, base + port)).toContain(`accept p${port}`);
  });

  test("are believed an address only where it is the host from which they came", () => {
    const run = new NeighboursRun();
    run.came("a", "/ip4/8.8.8.8/tcp/50000");
    expect(run.learned("inbound", "a", ["/ip4/7.7.7.7/tcp/80"])).toEqual([]);
    run.came("b", "/ip4/8.8.4.4/tcp/50000");
    expect(run.learned("inbound", "b", ["/ip4/8.8.4.4/tcp/4001"])).toEqual(["remember b"]);
    run.neighbour("c");
    expect(run.input({ type: "peers-asked", from: "c" })).toEqual(["tell c: b"]);
  });

  test("may say who they are before their stream is open", () => {
    const run = new NeighboursRun();
    expect(run.learned("inbound", "b", ["/ip4/8.8.4.4/tcp/4001"])).toEqual([]);
    expect(run.came("b", "/ip4/8.8.4.4/tcp/50000")).toContain("remember b");
  });

  test("and are neighbours already are no news", () => {
    const run = withNeighbours(2);
    expect(run.came("a")).toEqual([]);
    expect(run.peers).toEqual(["a", "b"]);
  });
});

describe("peers that others tell of", () => {
  test("are not taken unasked, nor a second time, and whoever goes on is let go", () => {
    const run = withNeighbours(2);
    run.told("a", named("x"));
    const before = run.core.known;
    run.told("a", named("y"));
    expect(run.core.known).toBe(before);
    const done: string[] = [];
    for (let more = 0; more < 101; more++) done.push(...run.told("a", named("y")));
    expect(done).toContain("disconnect a: flood");
  });

  test.for([
    [
      "/ip4/8.8.8.8/tcp/1",
      [["/ip4/10.0.0.1/tcp/1"], ["/ip4/127.0.0.1/tcp/1"], ["/dns/a.org/tcp/1"], ["/ip4/1.1.1.1/tcp/0"]],
    ],
    ["/ip4/10.0.0.9/tcp/1", [["/ip4/127.0.0.1/tcp/22"], ["/ip4/0.0.0.0/tcp/1"], ["/ip4/9.9.9.9/tcp/4001"]]],
  ] as const)("by a neighbour at %s may not be at %j", ([teller, bad]) => {
    const run = new NeighboursRun();
    run.neighbour("a", teller);
    expect(run.told("a", ...bad.map(([address], index) => named(`x${index}`, address)))).toEqual([]);
    expect(run.core.counters.addressesRefused).toBe(bad.length);
  });

  test("may be on our site when the teller is, and on our machine when the teller is", () => {
    const run = new NeighboursRun();
    run.neighbour("a", "/ip4/10.0.0.9/tcp/1");
    expect(run.told("a", named("x", "/ip4/10.0.0.1/tcp/1"))).toEqual(["dial x"]);
    run.neighbour("b", "/ip4/127.0.0.1/tcp/1");
    expect(run.told("b", named("y", "/ip4/127.0.0.1/tcp/2"))).toEqual(["dial y"]);
  });

  test("fill a small part of what is known: 32 of one teller, 512 in all", () => {
    const run = withNeighbours(2);
    const asked = (): void => {
      for (let times = 0; times < 10; times++) {
        run.pass(120_000);
        run.told("a", ...LETTERS.slice(0, 8).map((letter) => named(`${letter}${run.nowMs}`)));
        for (const peer of run.dials.keys()) run.failed(peer);
      }
    };
    asked();
    expect(run.core.known).toBeLessThanOrEqual(34);
    expect(run.core.counters.peersRefused).toBeGreaterThan(0);
    for (let peer = 0; peer < 600; peer++) run.learned("lan", `l${peer}`);
    expect(run.core.known).toBe(512);
    expect(run.peers).toEqual(["a", "b"]);
  });

  test("are ourselves or liars: passed over", () => {
    const run = withNeighbours(1);
    run.input({ type: "lied", peer: "liar" });
    expect(run.told("a", named("me"), named("liar"))).toEqual([]);
  });
});

describe("a question for peers", () => {
  test("is answered with eight that were reached, not with the asker itself", () => {
    const run = withNeighbours(12);
    for (const letter of LETTERS.slice(0, 12)) run.learned("inbound", letter);
    run.learned("lan", "unreached");
    const [told = ""] = run.input({ type: "peers-asked", from: "a" });
    const names = told.replace("tell a: ", "").split(" ");
    expect(new Set(names).size).toBe(8);
    expect(names).not.toContain("a");
    expect(names).not.toContain("unreached");
  });

  test("from afar learns of nobody on our site", () => {
    const run = new NeighboursRun();
    run.neighbour("far");
    run.neighbour("near", "/ip4/10.0.0.1/tcp/1");
    run.learned("inbound", "near", ["/ip4/10.0.0.1/tcp/1"]);
    expect(run.input({ type: "peers-asked", from: "far" })).toEqual([]);
  });

  test("that comes too often is passed over, and at last its asker is let go", () => {
    const run = withNeighbours(3);
    for (const letter of "abc") run.learned("inbound", letter);
    const done: string[] = [];
    for (let times = 0; times < 110; times++) done.push(...run.input({ type: "peers-asked", from: "a" }));
    expect(done.filter((one) => one.startsWith("tell a"))).toHaveLength(8);
    expect(done).toContain("disconnect a: flood");
  });
});

describe("a liar", () => {
  test("is let go, forgotten, remembered as one, never dialled and never accepted", () => {
    const run = withNeighbours(2);
    expect(run.input({ type: "lied", peer: "a" })).toEqual(
      expect.arrayContaining(["disconnect a: lied", "forget a", "liar a"]),
    );
    for (const via of ["lan", "memory", "found", "join"] as const) run.learned(via, "a");
    expect(run.dials.size).toBe(0);
    expect(run.came("a")).toEqual(["disconnect a: lied"]);
  });

  test("of an earlier run is one from the start, and nothing is told of that", () => {
    const run = new NeighboursRun();
    expect(run.input({ type: "lied", peer: "a" })).toEqual([]);
    expect(run.learned("memory", "a")).toEqual([]);
  });
});

test("with enough neighbours one more is tried every minute, in the place of the guest before", () => {
  const run = withNeighbours(8);
  for (const letter of ["x", "y", "z"]) run.learned("lan", letter);
  const guests: string[] = [];
  for (let time = 0; time < 240; time++) {
    run.pass(5000);
    for (const peer of run.dials.keys()) guests.push(...run.dialled(peer).filter((one) => one.startsWith("accept")));
    expect(run.peers.length).toBeLessThanOrEqual(9);
  }
  expect(new Set(guests).size).toBe(3);
  expect(run.peers.slice(0, 8)).toEqual(LETTERS.slice(0, 8));
});

test("a neighbour that was reached is kept for the next start with its record and the address that worked first", () => {
  const run = new NeighboursRun();
  run.learned("lan", "a", ["/ip4/10.0.0.1/tcp/1", "/ip4/10.0.0.2/tcp/1"]);
  run.dialled("a", "a", "/ip4/10.0.0.2/tcp/1");
  expect(run.effects.list).toContainEqual({
    type: "remember",
    peer: { peer: "a", addresses: ["/ip4/10.0.0.2/tcp/1", "/ip4/10.0.0.1/tcp/1"], record: recordOf("a") },
  });
});
