import { describe, expect, test } from "vitest";
import { local } from "../../support/addresses.ts";
import { PeerRun } from "../../support/peer-run.ts";

const client = local(40_000);

describe("Hello", () => {
  test("is answered with the wanted ids that are held, and sent on to every neighbour with the ids unchanged", () => {
    expect(new PeerRun().hello(client, [5, 1, 7, 9])).toEqual([
      "chunk-info 5,7 to 40000",
      "query 3 hops for 40000: 5,1,7,9 to 5003",
      "query 3 hops for 40000: 5,1,7,9 to 5002",
    ]);
  });

  test("is not answered at all by a peer that holds none of it, which sends it on all the same", () => {
    expect(new PeerRun().hello(client, [1])).toEqual([
      "query 3 hops for 40000: 1 to 5003",
      "query 3 hops for 40000: 1 to 5002",
    ]);
  });

  test("names each held id once, however often it was asked for", () => {
    const [answer, forward] = new PeerRun().hello(client, [5, 5, 6, 5]);
    expect(answer).toBe("chunk-info 5,6 to 40000");
    expect(forward).toBe("query 3 hops for 40000: 5,5,6,5 to 5003");
  });

  test("without ids is nobody's question", () => {
    expect(new PeerRun().hello(client, [])).toEqual([]);
  });

  test("again within the memory is neither answered nor sent on; a second later it is a new search", () => {
    const peer = new PeerRun();
    expect(peer.hello(client, [5], 0)).toHaveLength(3);
    expect(peer.hello(client, [5], 699)).toEqual([]);
    expect(peer.hello(client, [5], 700)).toHaveLength(3);
    expect(peer.core.counters).toMatchObject({ hellos: 3, duplicates: 1, answers: 2, forwards: 4 });
  });

  test("of another client, port or list is another question", () => {
    const peer = new PeerRun();
    expect(peer.hello(client, [5])).toHaveLength(3);
    expect(peer.hello(local(40_001), [5])).toHaveLength(3);
    expect(peer.hello(client, [5, 5])).toHaveLength(3);
    expect(peer.hello(client, [6, 5])).toHaveLength(3);
    expect(peer.hello(client, [5, 6])).toHaveLength(3);
  });

  test("from a neighbour is not sent back to it", () => {
    expect(new PeerRun().hello(local(5003), [1])).toEqual(["query 3 hops for 5003: 1 to 5002"]);
  });
});

describe("Query", () => {
  test("is answered to the client named in it, and sent on with one hop less but to whom it came from", () => {
    expect(new PeerRun().query(local(5003), client, 3, [5, 1])).toEqual([
      "chunk-info 5 to 40000",
      "query 2 hops for 40000: 5,1 to 5002",
    ]);
  });

  test("with one hop left is answered and not sent on: TTL 0 is never sent", () => {
    expect(new PeerRun().query(local(5003), client, 1, [5])).toEqual(["chunk-info 5 to 40000"]);
    expect(new PeerRun().query(local(5003), client, 0, [5])).toEqual(["chunk-info 5 to 40000"]);
  });

  test.for([4, 255, 65_535])("with TTL %i is cut to the limit", (ttlHops) => {
    expect(new PeerRun().query(local(5003), client, ttlHops, [1])).toEqual(["query 2 hops for 40000: 1 to 5002"]);
  });

  test("the limit is the peer's own, and that of its Hellos", () => {
    const peer = new PeerRun({ maxTtlHops: 5 });
    expect(peer.query(local(5003), client, 9, [1])).toEqual(["query 4 hops for 40000: 1 to 5002"]);
    expect(peer.hello(local(40_001), [1])[0]).toBe("query 5 hops for 40001: 1 to 5003");
  });

  test("from a stranger goes to every neighbour", () => {
    expect(new PeerRun().query(local(5009), client, 2, [1])).toHaveLength(2);
  });

  test("again with as many hops or fewer is nothing new, whoever brings it", () => {
    const peer = new PeerRun();
    peer.query(local(5003), client, 2, [5]);
    expect(peer.query(local(5002), client, 2, [5], 100)).toEqual([]);
    expect(peer.query(local(5002), client, 1, [5], 100)).toEqual([]);
  });

  test("again with more hops is sent on again, and not answered again", () => {
    const peer = new PeerRun();
    peer.query(local(5003), client, 2, [5]);
    expect(peer.query(local(5002), client, 3, [5], 100)).toEqual(["query 2 hops for 40000: 5 to 5003"]);
    expect(peer.query(local(5002), client, 3, [5], 200)).toEqual([]);
  });

  test("that comes back to the contact peer of its Hello is nothing new", () => {
    const peer = new PeerRun();
    peer.hello(client, [5]);
    expect(peer.query(local(5003), client, 2, [5], 10)).toEqual([]);
  });

  test("names the same question as a Hello of that client does", () => {
    const peer = new PeerRun();
    expect(peer.query(local(5003), client, 3, [5])).toHaveLength(2);
    // The Hello came later, and has more hops: sent on again, answered already.
    expect(peer.hello(client, [5], 10)).toEqual([
      "query 3 hops for 40000: 5 to 5003",
      "query 3 hops for 40000: 5 to 5002",
    ]);
  });
});

describe("in a line A-B-C-D-E", () => {
  test("a Hello at A reaches B, C and D, and not E", () => {
    const ports = [5001, 5002, 5003, 5004, 5005];
    const line = ports.map(
      (port, index) =>
        new PeerRun({
          self: local(port),
          neighbours: [ports[index - 1], ports[index + 1]].filter((other) => other !== undefined).map(local),
          holdings: [port],
        }),
    );
    const answers: string[] = [];
    const deliver = (index: number, effects: readonly ReturnType<PeerRun["hear"]>[number][]): void => {
      for (const effect of effects) {
        if (effect.type !== "send") continue;
        if (effect.message.type === "chunk-info") answers.push(effect.message.ids.join());
        else {
          const next = ports.findIndex((port) => local(port) === effect.to);
          deliver(next, (line[next] as PeerRun).hear(local(ports[index] as number), effect.message));
        }
      }
    };
    deliver(0, (line[0] as PeerRun).hear(client, { type: "hello", ids: ports }));
    expect(answers).toEqual(["5001", "5002", "5003", "5004"]);
  });
});
