import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { CardumeError } from "../core/errors.ts";
import { EXIT } from "./exit-code.ts";

/** A peer that runs as a process of its own. */
export interface PeerChild {
  /** What it says of itself. */
  readonly line: string;
  stop(): void;
}

/**
 * Starts `cardume peer` on loopback as a process of its own, and waits until it listens.
 * @throws CardumeError `peer-failed` (exit code 5) with what it said
 */
export async function startPeerChild(port: number, keyValuesFile: string, neighbours: number[]): Promise<PeerChild> {
  const launcher = process.argv[1] as string;
  const addresses = neighbours.map((neighbour) => `127.0.0.1:${neighbour}`);
  const args = ["peer", `127.0.0.1:${port}`, keyValuesFile, ...addresses, "--json", "--log-level", "warn"];
  // As the launcher starts us: with a channel whose end says that the parent has died.
  const env = { ...process.env, CARDUME_RELAUNCHED: "1" };
  const child = spawn(process.execPath, [launcher, ...args], { stdio: ["ignore", "pipe", "pipe", "ipc"], env });
  let said = "";
  child.stderr?.on("data", (text: Buffer) => {
    said += text.toString();
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  if (child.stdout !== null) createInterface(child.stdout).once("line", resolve);
  child.once("error", reject);
  child.once("exit", () =>
    reject(new CardumeError("peer-failed", `a peer did not start: ${said.trim()}`, { exitCode: EXIT.refused })),
  );
  const { address, chunks } = JSON.parse(await promise) as { address: string; chunks: number[] };
  return { line: `peer ${address} holds ${chunks.length} chunks`, stop: () => child.kill("SIGTERM") };
}
