import { beforeEach, describe, expect, test } from "vitest";
import { type LinkShape, line, megabits, OPEN_LINK, windowBytes } from "../../../../lab/shaping/link-shape.ts";
import { ShapedNode, Shaper } from "../../../../lab/shaping/shaper.ts";
import { Random } from "../../../../sim/random.ts";
import { LineRun } from "../line-run.ts";

const run = (): LineRun => new LineRun(new Shaper(new Random(1)));
const node = (shape: Partial<LinkShape>): ShapedNode => new ShapedNode({ ...OPEN_LINK, ...shape });

let open: ShapedNode;

beforeEach(() => {
  open = new ShapedNode(OPEN_LINK);
});

describe("rate", () => {
  test("a second of a line of 50 Mbit/s brings 6.25 MB, within 0.2 %", () => {
    const lab = run();
    const flow = lab.connect(node({ upBytesPerMs: megabits(50) }), open);
    lab.until(0);
    flow.send(100_000_000);
    lab.until(1000);
    expect(Math.abs(flow.arrivedBytes / 6_250_000 - 1)).toBeLessThan(0.002);
  });

  test("also when this process is late for every step", () => {
    const lab = run();
    const flow = lab.connect(node({ upBytesPerMs: megabits(50) }), open);
    lab.until(0);
    flow.send(100_000_000);
    lab.until(2000, 7);
    expect(Math.abs(flow.arrivedBytes / 12_500_000 - 1)).toBeLessThan(0.01);
  });

  test("a line that this process kept waiting is not idle meanwhile; one that had nothing to send is", () => {
    const lab = run();
    const flow = lab.connect(node({ upBytesPerMs: megabits(8) }), open);
    lab.until(100);
    lab.shaper.wasLate(60, 100);
    flow.send(1_000_000);
    lab.until(101);
    expect(flow.arrivedBytes).toBeGreaterThan(30_000);
    const other = lab.connect(node({ upBytesPerMs: megabits(8) }), open);
    lab.until(200);
    other.send(2000);
    lab.until(201.5);
    expect(other.arrivedBytes).toBe(0);
  });

  test("the receiver's line counts like the sender's", () => {
    const lab = run();
    const flow = lab.connect(open, node({ downBytesPerMs: megabits(8) }));
    lab.until(0);
    flow.send(100_000_000);
    lab.until(1000);
    expect(Math.abs(flow.arrivedBytes / 1_000_000 - 1)).toBeLessThan(0.005);
  });

  test("connections of one node share its line alike", () => {
    const lab = run();
    const own = node({ upBytesPerMs: megabits(80) });
    const flows = Array.from({ length: 5 }, () => lab.connect(own, open));
    lab.until(0);
    for (const flow of flows) flow.send(100_000_000);
    lab.until(1000);
    const before = flows.map((flow) => flow.arrivedBytes);
    lab.until(2000);
    const shares = flows.map((flow, index) => (flow.arrivedBytes - (before[index] as number)) / 2_000_000);
    for (const share of shares) expect(Math.abs(share - 1)).toBeLessThan(0.02);
  });

  test("a small message among large transfers waits for no more than the queue", () => {
    const lab = run();
    const own = node({ upBytesPerMs: megabits(10) });
    const bulk = lab.connect(own, open);
    const small = lab.connect(own, open);
    lab.until(0);
    bulk.send(100_000_000);
    lab.until(500);
    small.send(100);
    lab.until(560);
    expect(small.arrivals[0]?.atMs).toBeLessThan(500 + 20 + 5);
  });
});

describe("a line that changes, and one that nobody reads", () => {
  test("a sender is held back when a window is under way, and goes on when it is read", () => {
    const lab = run();
    const own = node({ upBytesPerMs: megabits(50), delayMs: 20 });
    const flow = lab.connect(own, open);
    flow.isRead = false;
    lab.until(100);
    flow.send(100_000_000);
    lab.until(10_000);
    expect(flow.arrivedBytes).toBe(windowBytes(own.shape, open.shape));
    lab.shaper.delivered(flow.flow, 10_000, lab.nowMs);
    lab.until(11_000);
    expect(flow.arrivedBytes).toBe(windowBytes(own.shape, open.shape) + 10_000);
  });

  test("a line can become another one", () => {
    const lab = run();
    const own = node({ upBytesPerMs: megabits(80) });
    const flow = lab.connect(own, open);
    lab.until(0);
    flow.send(100_000_000);
    lab.until(1000);
    lab.shaper.reshape(own, { ...own.shape, upBytesPerMs: megabits(8) }, lab.nowMs);
    const before = flow.arrivedBytes;
    lab.until(3000);
    expect(Math.abs((flow.arrivedBytes - before) / 2_000_000 - 1)).toBeLessThan(0.15);
  });
});

describe("delay", () => {
  test("a connection is made in a round trip, and each byte takes both nodes' delays", () => {
    const lab = run();
    const flow = lab.connect(node({ delayMs: 20 }), node({ delayMs: 5 }));
    lab.until(0);
    flow.send(100);
    lab.until(1000);
    expect(flow.arrivals).toEqual([{ atMs: 75, bytes: 100, number: 0 }]);
    flow.send(100);
    lab.until(2000);
    expect(flow.arrivals[1]?.atMs).toBe(1025);
  });

  test("jitter delays, and nothing overtakes within a connection", () => {
    const lab = run();
    const flow = lab.connect(node({ ...line(100, 10, 30) }), open);
    lab.until(100);
    for (let piece = 0; piece < 200; piece++) {
      flow.send(1000);
      lab.until(lab.nowMs + 3);
    }
    lab.until(5000);
    expect(flow.arrivals.map(({ number }) => number)).toEqual(flow.arrivals.map((_, index) => index));
    expect(flow.arrivedBytes).toBe(200_000);
  });

  test("a far connection does not hold back a near one to the same node", () => {
    const lab = run();
    const own = node({ downBytesPerMs: megabits(100) });
    const far = lab.connect(node({ delayMs: 200 }), own);
    const near = lab.connect(node({ delayMs: 1 }), own);
    lab.until(1000);
    far.send(10_000);
    near.send(10_000);
    lab.until(2000);
    expect(near.arrivals[0]?.atMs).toBeLessThan(1003);
    expect(far.arrivals[0]?.atMs).toBeGreaterThanOrEqual(1200);
  });
});

describe("the end, a hole, a cut", () => {
  test("the end comes behind the last byte, also through a slow line", () => {
    const lab = run();
    const flow = lab.connect(node({ delayMs: 10 }), node({ downBytesPerMs: megabits(1) }));
    lab.until(100);
    flow.send(50_000);
    flow.end();
    lab.until(5000);
    const last = flow.arrivals.at(-1);
    expect(flow.arrivedBytes).toBe(50_000);
    expect(last?.atMs).toBeGreaterThan(500);
    expect(flow.finishedAtMs).toBeGreaterThanOrEqual(last?.atMs as number);
  });

  test("in a hole nothing passes either way; afterwards all of it comes, in order", () => {
    const lab = run();
    const own = node({ upBytesPerMs: megabits(8), delayMs: 5 });
    const out = lab.connect(own, open);
    const back = lab.connect(open, own);
    lab.until(100);
    out.send(1_000_000);
    back.send(1_000_000);
    lab.until(200);
    lab.shaper.stall(own, true, [out.flow, back.flow], lab.nowMs);
    const before = out.arrivedBytes + back.arrivedBytes;
    lab.until(5000);
    expect(out.arrivedBytes + back.arrivedBytes).toBe(before);
    lab.shaper.stall(own, false, [out.flow, back.flow], lab.nowMs);
    lab.until(7000);
    expect([out.arrivedBytes, back.arrivedBytes]).toEqual([1_000_000, 1_000_000]);
    expect(out.arrivals.map(({ number }) => number)).toEqual(out.arrivals.map((_, index) => index));
    expect((out.arrivals.at(-1)?.atMs as number) > 5700).toBe(true);
  });

  test("a connection that is made in a hole stands when the hole is over", () => {
    const lab = run();
    const own = node({});
    lab.shaper.stall(own, true, [], 0);
    const flow = lab.connect(open, own);
    lab.until(10);
    flow.send(10);
    lab.until(1000);
    lab.shaper.stall(own, false, [flow.flow], lab.nowMs);
    lab.until(1001);
    expect(flow.arrivedBytes).toBe(10);
  });

  test("after a cut nothing comes, not even what was under way, and others go on", () => {
    const lab = run();
    const own = node({ upBytesPerMs: megabits(8), delayMs: 50 });
    const cut = lab.connect(own, open);
    const other = lab.connect(own, open);
    lab.until(200);
    cut.send(1_000_000);
    other.send(1_000_000);
    lab.until(300);
    lab.shaper.cut(cut.flow);
    const before = cut.arrivedBytes;
    lab.until(3000);
    expect(cut.arrivedBytes).toBe(before);
    expect(other.arrivedBytes).toBe(1_000_000);
  });
});
