import { Counter, Gauge, Registry } from "prom-client";
import type { CardumeNode } from "../node/node-types.ts";
import { readVersion } from "../runtime/version.ts";

/** Numbers that only rise while the node runs. */
interface Totals {
  readonly uploadedBytes: Counter;
  readonly downloadedBytes: Counter;
  readonly causes: Counter<"cause">;
}

/**
 * A node in numbers: base units (bytes, seconds, ratios), in a registry of its own. What is read are the node's own
 * counts, when it is asked: nothing is counted twice.
 */
export class NodeMetrics {
  readonly #node: CardumeNode;
  readonly #registry: Registry = new Registry();
  readonly #totals: Totals;
  readonly #gauges: Gauges;

  constructor(node: CardumeNode) {
    this.#node = node;
    const registers = [this.#registry];
    const counter = (name: string, help: string): Counter => new Counter({ name, help, registers });
    this.#totals = {
      uploadedBytes: counter("cardume_uploaded_bytes_total", "Bytes of videos sent to other peers."),
      downloadedBytes: counter("cardume_downloaded_bytes_total", "Bytes of videos received from other peers."),
      causes: new Counter({
        name: "cardume_events_total",
        help: "What was refused, dropped or retried, by its cause.",
        labelNames: ["cause"],
        registers,
      }),
    };
    this.#gauges = new Gauges(registers);
    new Gauge({
      name: "cardume_build_info",
      help: "Always 1: its labels say what runs.",
      labelNames: ["version", "node"],
      registers,
    }).set({ version: readVersion(), node: process.versions.node }, 1);
  }

  /** The numbers as of now, in Prometheus' text format. */
  async read(): Promise<{ readonly text: string; readonly type: string }> {
    const status = this.#node.status();
    const { uploadedBytes, downloadedBytes, causes } = this.#totals;
    raise(uploadedBytes, status.uploadedBytes);
    raise(downloadedBytes, status.downloadedBytes);
    causes.reset();
    for (const [cause, count] of Object.entries(status.counters)) causes.inc({ cause }, count);
    await this.#gauges.set(this.#node);
    return { text: await this.#registry.metrics(), type: this.#registry.contentType };
  }
}

/** Sets a counter to a count that is kept elsewhere. */
function raise(counter: Counter, count: number): void {
  counter.reset();
  counter.inc(count);
}

const STATES = ["complete", "partial", "damaged", "changed", "missing"] as const;
const PHASES = ["finding", "connecting", "fetching"] as const;

/** Numbers that rise and fall. */
class Gauges {
  readonly #peers: Gauge<"direction">;
  readonly #neighbours: Gauge;
  readonly #known: Gauge;
  readonly #videos: Gauge<"state">;
  readonly #held: Gauge;
  readonly #fetches: Gauge<"phase">;
  readonly #fetchRate: Gauge;
  readonly #loopDelay: Gauge;
  readonly #memory: Gauge;
  readonly #heap: Gauge;
  readonly #cpu: Counter;
  readonly #startedAt: Gauge;

  constructor(registers: Registry[]) {
    const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers });
    const by = <Label extends string>(label: Label, name: string, help: string): Gauge<Label> =>
      new Gauge({ name, help, labelNames: [label], registers });
    this.#peers = by("direction", "cardume_peers", "Connected peers.");
    this.#neighbours = gauge("cardume_neighbours", "Connected peers that questions are told to.");
    this.#known = gauge("cardume_known_peers", "Peers that are known, connected or not.");
    this.#videos = by("state", "cardume_library_videos", "Videos of the library.");
    this.#held = gauge("cardume_library_held_bytes", "Bytes of the library's videos that are held here.");
    this.#fetches = by("phase", "cardume_fetches", "Fetches under way.");
    this.#fetchRate = gauge("cardume_fetch_bytes_per_second", "What all fetches together receive.");
    this.#loopDelay = gauge(
      "cardume_event_loop_delay_p99_seconds",
      "How late timers were, 99 times of 100 no later than this.",
    );
    this.#memory = gauge("cardume_resident_memory_bytes", "Resident memory of the process.");
    this.#heap = gauge("cardume_heap_used_bytes", "Used memory of the JavaScript heap.");
    this.#cpu = new Counter({ name: "cardume_cpu_seconds_total", help: "Time of processors used.", registers });
    this.#startedAt = gauge("cardume_start_time_seconds", "When the node started, since 1970.");
  }

  async set(node: CardumeNode): Promise<void> {
    const { peers, known, eventLoopDelayP99Ms, startedAtMs } = node.status();
    for (const direction of ["inbound", "outbound"] as const)
      this.#peers.set({ direction }, peers.filter((peer) => peer.direction === direction).length);
    this.#neighbours.set(peers.filter(({ isNeighbour }) => isNeighbour).length);
    this.#known.set(known);
    this.#loopDelay.set(eventLoopDelayP99Ms / 1000);
    this.#startedAt.set(startedAtMs / 1000);
    const { rss, heapUsed } = process.memoryUsage();
    this.#memory.set(rss);
    this.#heap.set(heapUsed);
    const { user, system } = process.cpuUsage();
    raise(this.#cpu, (user + system) / 1e6);
    const fetches = node.fetches();
    for (const phase of PHASES) this.#fetches.set({ phase }, fetches.filter((one) => one.phase === phase).length);
    this.#fetchRate.set(fetches.reduce((sum, { bytesPerSecond }) => sum + bytesPerSecond, 0));
    const videos = await node.library.list();
    for (const state of STATES) this.#videos.set({ state }, videos.filter((video) => video.state === state).length);
    this.#held.set(videos.reduce((sum, { heldBytes }) => sum + heldBytes, 0));
  }
}
