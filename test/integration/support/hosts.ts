import { isAlive } from "./alive.ts";
import type { Running } from "./running.ts";
import type { Stage } from "./stage.ts";
import { system } from "./system.ts";

const ip = (...args: string[]): string => system("ip", ...args);

const PREFIX = "cardume-test";
let networks = 0;

/** Removes what a test run that was killed has left behind. */
function sweep(): void {
  for (const line of ip("netns", "list").split("\n")) {
    const name = line.split(" ")[0] ?? "";
    const pid = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) ip("netns", "del", name);
  }
}

/**
 * A network of its own: so many hosts, 10.0.0.1 and up, each a network namespace with one interface, plugged into a
 * bridge in one more namespace. The machine's own network is not touched, and there is no way out.
 */
export class Hosts {
  readonly #stage: Stage;
  readonly #name: string;

  constructor(stage: Stage, count: number) {
    this.#stage = stage;
    this.#name = `${PREFIX}-${process.pid}-${networks++}`;
    sweep();
    const bridge = this.#add("switch");
    ip("-n", bridge, "link", "add", "br0", "type", "bridge");
    ip("-n", bridge, "link", "set", "br0", "up");
    for (let host = 1; host <= count; host++) this.#plug(this.#add(`${host}`), bridge, host);
  }

  /** Starts a command on a host, 1 to `count`. */
  start(host: number, command: string, args: readonly string[], cwd: string = this.#stage.folder): Running {
    return this.#stage.start("ip", ["netns", "exec", `${this.#name}-${host}`, command, ...args], { cwd });
  }

  #add(suffix: string): string {
    const name = `${this.#name}-${suffix}`;
    ip("netns", "add", name);
    this.#stage.onEnd(() => ip("netns", "del", name));
    return name;
  }

  #plug(host: string, bridge: string, number: number): void {
    const port = `port${number}`;
    ip("link", "add", "eth0", "netns", host, "type", "veth", "peer", "name", port, "netns", bridge);
    ip("-n", bridge, "link", "set", port, "master", "br0", "up");
    ip("-n", host, "addr", "add", `10.0.0.${number}/24`, "dev", "eth0");
    for (const link of ["lo", "eth0"]) ip("-n", host, "link", "set", link, "up");
  }
}
