import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { CardumeError } from "../core/errors.ts";
import { EXIT } from "./exit-code.ts";

/** A node that runs as a process of its own. */
export interface NodeChild {
  readonly name: string;
  readonly folder: string;
  readonly peerId: string;
  /** Where others join it. */
  readonly address: string;
  /** Ends it as a pulled plug would, or in good order. */
  stop(how: "SIGKILL" | "SIGTERM"): Promise<void>;
}

/**
 * Starts `cardume up` on loopback as a process of its own, and waits until it is ready.
 * @throws CardumeError `node-failed` (exit code 5) with what it said
 */
export async function startNodeChild(
  name: string,
  folder: string,
  join: readonly string[],
  more: readonly string[],
): Promise<NodeChild> {
  const launcher = process.argv[1] as string;
  const place = ["--data", folder, "--listen", "127.0.0.1:0", "--no-mdns", "--no-nat", "--name", name];
  const args = ["up", "--json", ...place, ...join.flatMap((address) => ["--join", address]), ...more];
  // As the launcher starts us: with a channel whose end says that the parent has died.
  const env = { ...process.env, CARDUME_RELAUNCHED: "1" };
  const child = spawn(process.execPath, [launcher, ...args], { stdio: ["ignore", "pipe", "pipe", "ipc"], env });
  let said = "";
  child.stderr?.on("data", (text: Buffer) => {
    said += text.toString();
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // Neighbours may come before it is ready.
  const isReady = (line: string): void => {
    if (line.includes('"event":"ready"')) resolve(line);
  };
  if (child.stdout !== null) createInterface(child.stdout).on("line", isReady);
  const exited = new Promise<void>((over) => {
    child.once("exit", () => over());
  });
  child.once("error", reject);
  child.once("exit", () =>
    reject(new CardumeError("node-failed", `a node did not start: ${said.trim()}`, { exitCode: EXIT.refused })),
  );
  const { peerId, addresses } = JSON.parse(await promise) as { peerId: string; addresses: string[] };
  const stop = (how: "SIGKILL" | "SIGTERM"): Promise<void> => {
    child.kill(how);
    return exited;
  };
  return { name, folder, peerId, address: addresses[0] ?? "", stop };
}
