import { FISH } from "../base/icons.tsx";
import { type Paints, paintsOf } from "./colours.ts";
import { FROM_BEFORE, MISSING, type Shoal } from "./shoal-feed.ts";

/** One chunk on its way to its place. Lengths are in CSS pixels, times in ms. */
interface Swimmer {
  readonly chunk: number;
  readonly sender: number;
  readonly beganAtMs: number;
  readonly swimMs: number;
  readonly fromX: number;
  readonly fromY: number;
  readonly bend: number;
  readonly size: number;
}

/** So many swim at one time; more are in their place at once. */
const MOST_SWIMMERS = 48;
const BED_PX = 26;
const FOOT_PX = 10;
const SIDE_PX = 22;
const GLOW_MS = 900;

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const fish = new Path2D(FISH);

/**
 * The strip: at the bottom the video's chunks in their order, coloured by who sent them, and above them the water through
 * which they come. It draws while something moves, and not at all when the page is not seen.
 */
export class ShoalCanvas {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #observer: ResizeObserver;
  readonly #arrivals = new Map<number, number>();
  #swimmers: Swimmer[] = [];
  #shoal: Shoal | undefined;
  #paints: Paints;
  /** From 0 to 1; below 0: nothing plays. */
  #playhead = -1;
  #frame = 0;
  #width = 0;
  #height = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d") as CanvasRenderingContext2D;
    this.#paints = paintsOf(canvas);
    this.#observer = new ResizeObserver(() => this.#resize());
    this.#observer.observe(canvas);
  }

  show(shoal: Shoal): void {
    this.#shoal = shoal;
    this.#draw();
  }

  /** Light or dark may have changed. */
  repaint(): void {
    this.#paints = paintsOf(this.#canvas);
    this.#draw();
  }

  /** @param part of the video, from 0 to 1 */
  playhead(part: number): void {
    this.#playhead = part;
    this.#draw();
  }

  /** A chunk sets out. */
  came(chunk: number, sender: number): void {
    if (calm.matches || document.hidden || this.#swimmers.length >= MOST_SWIMMERS) return;
    const water = this.#height - BED_PX - FOOT_PX;
    const lane = sender < 0 ? 0.5 : ((sender * 0.37) % 1) * 0.75 + 0.1;
    const isLeft = sender >= 0 && sender % 2 === 1;
    this.#swimmers.push({
      ...{ chunk, sender, beganAtMs: performance.now() + Math.random() * 260 },
      swimMs: 1300 + Math.random() * 700,
      fromX: isLeft ? -30 : this.#width + 30,
      fromY: 8 + lane * Math.max(10, water - 24) + (Math.random() - 0.5) * 16,
      bend: (Math.random() - 0.5) * 46,
      size: 0.72 + Math.random() * 0.4,
    });
    this.#draw();
  }

  close(): void {
    cancelAnimationFrame(this.#frame);
    this.#observer.disconnect();
  }

  #resize(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    const scale = Math.min(2, devicePixelRatio);
    [this.#width, this.#height] = [clientWidth, clientHeight];
    [this.#canvas.width, this.#canvas.height] = [Math.round(clientWidth * scale), Math.round(clientHeight * scale)];
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    this.#draw();
  }

  #draw(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame((nowMs) => this.#paint(nowMs));
  }

  #paint(nowMs: number): void {
    this.#frame = 0;
    const context = this.#context;
    context.clearRect(0, 0, this.#width, this.#height);
    if (this.#shoal === undefined || this.#width === 0) return;
    const swimming = new Set(this.#swimmers.map(({ chunk }) => chunk));
    this.#bed(this.#shoal, swimming, nowMs);
    this.#swimmers = this.#swimmers.filter((one) => this.#swim(one, this.#shoal as Shoal, nowMs));
    this.#mark();
    if (this.#swimmers.length > 0 || this.#arrivals.size > 0) this.#draw();
  }

  #xOf(chunk: number, { chunks }: Shoal): number {
    return SIDE_PX + (chunk / chunks) * (this.#width - 2 * SIDE_PX);
  }

  /** Chunks of one colour that lie side by side are one stroke: a film has thousands. */
  #bed(shoal: Shoal, swimming: ReadonlySet<number>, nowMs: number): void {
    const { senders, chunks } = shoal;
    const top = this.#height - BED_PX - FOOT_PX;
    const each = (this.#width - 2 * SIDE_PX) / chunks;
    const gap = each >= 7 ? 1.5 : each >= 4 ? 1 : 0;
    const seen = (chunk: number): number => (swimming.has(chunk) ? MISSING : (senders[chunk] as number));
    for (let first = 0; first < chunks; ) {
      const sender = seen(first);
      let end = first + 1;
      while (gap === 0 && end < chunks && seen(end) === sender) end++;
      const [x, width] = [this.#xOf(first, shoal), Math.max(0.75, (end - first) * each - gap)];
      this.#context.fillStyle = this.#paintOf(sender);
      const inset = sender === MISSING ? BED_PX / 2 - 3 : 0;
      this.#context.beginPath();
      this.#context.roundRect(x, top + inset, width, BED_PX - 2 * inset, Math.min(4, width / 2));
      this.#context.fill();
      first = end;
    }
    this.#glow(shoal, each, nowMs);
  }

  /** What has just come to rest shines for a moment. */
  #glow(shoal: Shoal, each: number, nowMs: number): void {
    const context = this.#context;
    for (const [chunk, atMs] of this.#arrivals) {
      const left = 1 - (nowMs - atMs) / GLOW_MS;
      if (left <= 0) this.#arrivals.delete(chunk);
      else {
        context.globalAlpha = left * 0.75;
        context.fillStyle = this.#paintOf(shoal.senders[chunk] as number);
        const grow = 7 * left;
        context.beginPath();
        const top = this.#height - BED_PX - FOOT_PX;
        context.roundRect(
          this.#xOf(chunk, shoal) - grow / 2,
          top - grow,
          Math.max(2, each) + grow,
          BED_PX + 1.5 * grow,
          5,
        );
        context.fill();
      }
    }
    context.globalAlpha = 1;
  }

  /** @returns whether it swims on */
  #swim({ chunk, sender, beganAtMs, swimMs, fromX, fromY, bend, size }: Swimmer, shoal: Shoal, nowMs: number): boolean {
    const time = (nowMs - beganAtMs) / swimMs;
    if (time < 0) return true;
    if (time >= 1) {
      this.#arrivals.set(chunk, nowMs);
      return false;
    }
    const each = (this.#width - 2 * SIDE_PX) / shoal.chunks;
    const [toX, toY] = [this.#xOf(chunk, shoal) + each / 2, this.#height - FOOT_PX - BED_PX / 2];
    const place = (at: number): readonly [number, number] => {
      const eased = 1 - (1 - at) ** 2.2;
      const dive = at ** 2.6;
      return [
        fromX + (toX - fromX) * eased,
        fromY + (toY - fromY) * dive + Math.sin(at * Math.PI * 2) * bend * (1 - at) * 0.5,
      ];
    };
    const [x, y] = place(time);
    const [aheadX, aheadY] = place(Math.min(1, time + 0.02));
    const context = this.#context;
    context.save();
    context.globalAlpha = Math.min(1, time * 6);
    context.translate(x, y);
    context.rotate(Math.atan2(aheadY - y, aheadX - x) + Math.PI);
    const wiggle = Math.sin((nowMs - beganAtMs) / 55) * 0.1;
    context.transform(size, wiggle, 0, size * (1 - Math.abs(wiggle)), 0, 0);
    context.translate(-8, -7);
    context.fillStyle = this.#paintOf(sender);
    context.fill(fish);
    context.restore();
    return true;
  }

  #mark(): void {
    if (this.#playhead < 0) return;
    const x = SIDE_PX + this.#playhead * (this.#width - 2 * SIDE_PX);
    const top = this.#height - BED_PX - FOOT_PX;
    this.#context.fillStyle = this.#paints.playhead;
    this.#context.beginPath();
    this.#context.roundRect(x - 1.25, top - 8, 2.5, BED_PX + 14, 1.25);
    this.#context.fill();
    this.#context.beginPath();
    this.#context.arc(x, top - 9, 4, 0, Math.PI * 2);
    this.#context.fill();
  }

  #paintOf(sender: number): string {
    if (sender === MISSING) return this.#paints.missing;
    if (sender === FROM_BEFORE) return this.#paints.here;
    return this.#paints.peers[sender % this.#paints.peers.length] ?? this.#paints.here;
  }
}
