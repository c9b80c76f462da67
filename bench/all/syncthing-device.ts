import { linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freeTcpPorts } from "../../lab/emulator/free-ports.ts";
import { Program } from "../../lab/program.ts";
import { versionOf } from "./version.ts";

/** The program. */
export const SYNCTHING: string = process.env["SYNCTHING"] ?? "syncthing";
const KEY = "bench";
const FOLDER = "bench";
const CHANGES = "events=StateChanged";
const LOOK_EVERY_MS = 20;
const PATIENCE_MS = 60_000;

/** Another device, and where it is reached; without an address it is waited for. */
export interface Known {
  readonly id: string;
  readonly address?: string;
}

/**
 * Options that keep it on loopback (no discovery, relay, router, STUN, reports or upgrades), and what is fair to it: it is
 * not nicer than the others, and syncs no file, as nobody does before the clock stops.
 */
const OPTIONS: Readonly<Record<string, string>> = {
  ...{ globalAnnounceEnabled: "false", localAnnounceEnabled: "false", relaysEnabled: "false", natEnabled: "false" },
  ...{ urAccepted: "-1", crashReportingEnabled: "false", autoUpgradeIntervalH: "0", startBrowser: "false" },
  ...{ stunKeepaliveStartS: "0", setLowPriority: "false", reconnectionIntervalS: "1" },
};

/** A Syncthing of its own home, folder and ports, all on loopback. */
export class Device {
  readonly id: string;
  readonly port: number;
  readonly folder: string;
  readonly #home: string;
  readonly #apiPort: number;
  /** The part of its configuration that has its options. */
  readonly #generated: string;
  #program: Program | undefined;
  #since = 0;

  private constructor(home: string, id: string, ports: readonly number[]) {
    this.#home = home;
    const config = readFileSync(join(home, "config.xml"), "utf8");
    this.#generated = config.slice(config.indexOf("<gui"), config.indexOf("<defaults>"));
    this.id = id;
    [this.port, this.#apiPort] = ports as [number, number];
    this.folder = join(home, "shared");
  }

  /** Makes its keys. The files are put into its folder as links. */
  static async make(home: string, paths: ReadonlyMap<string, string> = new Map()): Promise<Device> {
    const id = await versionOf(SYNCTHING, ["generate", `--home=${home}`, "--no-default-folder"], /Device ID: (\S+)/);
    if (id === undefined) throw new Error("syncthing generates no device");
    const device = new Device(home, id, await freeTcpPorts(2));
    mkdirSync(device.folder, { recursive: true });
    for (const [name, path] of paths)
      try {
        linkSync(path, join(device.folder, name));
      } catch {
        symlinkSync(path, join(device.folder, name)); // another file system
      }
    return device;
  }

  get pid(): number {
    return this.#program?.pid ?? 0;
  }

  /** Starts it, knowing these devices; all share the folder. Resolves when its API answers. */
  async start(others: readonly Known[], isPaused = false): Promise<void> {
    writeFileSync(join(this.#home, "config.xml"), this.#config(others, isPaused));
    const args = ["serve", `--home=${this.#home}`, "--no-browser", "--logflags=0"];
    // STMONITORED: the program itself, without a second one that starts it and outlives it.
    this.#program = new Program(SYNCTHING, args, { STNOUPGRADE: "1", STNORESTART: "1", STMONITORED: "yes" });
    await this.#until("answers", () => this.ask("/rest/system/ping").then(() => true));
  }

  /** Waits until its own files are all known. */
  untilScanned(bytes: number): Promise<void> {
    return this.#until("knows its files", async () => {
      const { localBytes, state } = await this.ask<{ localBytes: number; state: string }>(
        `/rest/db/status?folder=${FOLDER}`,
      );
      return localBytes >= bytes && state === "idle";
    });
  }

  /** Waits until it is connected to so many. */
  untilConnected(count: number): Promise<void> {
    return this.#until(`has ${count} neighbours`, async () => (await this.connected()) >= count);
  }

  async connected(): Promise<number> {
    const { connections } = await this.ask<{ connections: Record<string, { connected: boolean }> }>(
      "/rest/system/connections",
    );
    return Object.values(connections).filter(({ connected }) => connected).length;
  }

  /** Has it pull what others have. @returns ms from the start of pulling until all is verified and in its place */
  async pull(): Promise<number> {
    // What happens is only kept for those who have asked once.
    await this.ask(`/rest/events?since=0&timeout=1&${CHANGES}`);
    await this.ask(`/rest/config/folders/${FOLDER}`, "PATCH", { paused: false });
    let startedAtMs = 0;
    for (;;) {
      const query = `since=${this.#since}&timeout=30&${CHANGES}`;
      for (const { id, time, data } of await this.ask<StateChange[]>(`/rest/events?${query}`)) {
        this.#since = id;
        if (data.to === "syncing" && startedAtMs === 0) startedAtMs = Date.parse(time);
        if (startedAtMs === 0 || data.to !== "idle") continue;
        const { needBytes } = await this.ask<{ needBytes: number }>(`/rest/db/status?folder=${FOLDER}`);
        if (needBytes === 0) return Date.parse(time) - startedAtMs;
      }
    }
  }

  async kill(): Promise<void> {
    await this.#program?.kill();
  }

  /** Asks its API. @throws Error unless it answers with 200 */
  async ask<Value>(path: string, method = "GET", body?: object): Promise<Value> {
    const answer = await fetch(`http://127.0.0.1:${this.#apiPort}${path}`, {
      method,
      headers: { "X-API-Key": KEY },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`syncthing ${path}: ${answer.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as Value;
  }

  async #until(what: string, is: () => Promise<boolean>): Promise<void> {
    const untilMs = performance.now() + PATIENCE_MS;
    while (this.#program?.isRunning === true && performance.now() < untilMs) {
      if (await is().catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    throw new Error(`not so: syncthing ${what}:\n${this.#program?.said.slice(-2000)}`);
  }

  #config(others: readonly Known[], isPaused: boolean): string {
    const put = (into: string, key: string, value: string): string =>
      into.replace(new RegExp(`<${key}>[^<]*</${key}>`), `<${key}>${value}</${key}>`);
    const device = ({ id, address = "dynamic" }: Known): string =>
      `<device id="${id}" name="${id.slice(0, 7)}" compression="metadata"><address>${address}</address></device>`;
    const members = [{ id: this.id }, ...others].map(({ id }) => `<device id="${id}"></device>`).join("");
    const shared =
      `<folder id="${FOLDER}" path="${this.folder}" type="sendreceive" rescanIntervalS="3600" fsWatcherEnabled="true" ` +
      `fsWatcherDelayS="1">${members}<paused>${isPaused}</paused><disableFsync>true</disableFsync></folder>`;
    let xml = this.#generated;
    for (const [key, value] of Object.entries(OPTIONS)) xml = put(xml, key, value);
    xml = put(put(xml, "apikey", KEY), "listenAddress", `tcp://127.0.0.1:${this.port}`);
    xml = put(xml, "address", `127.0.0.1:${this.#apiPort}`);
    const devices = [{ id: this.id }, ...others].map(device).join("");
    return `<configuration version="36">${shared}${devices}${xml}</configuration>`;
  }
}

interface StateChange {
  readonly id: number;
  readonly time: string;
  readonly data: { readonly to: string };
}
