import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const LAUNCHER = fileURLToPath(new URL("../../bin/cardume.js", import.meta.url));
const started: ChildProcess[] = [];
process.on("exit", () => {
  for (const child of started) child.kill("SIGKILL");
});

/** Starts a Node program and waits for its first line on standard output. */
export async function startUntilLine(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  started.push(child);
  if (child.stdout === null) throw new Error("no standard output");
  await once(createInterface(child.stdout), "line");
  return child;
}

/** Starts `cardume peer` and waits until it listens. */
export const startPeer = (args: readonly string[]): Promise<ChildProcess> =>
  startUntilLine([LAUNCHER, "peer", ...args, "--log-level", "error"]);

/** Runs a program to its end and returns what it printed; throws when it fails. */
export async function runToEnd(command: string, args: readonly string[], okCodes: number[] = [0]): Promise<string> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  started.push(child);
  let text = "";
  child.stdout?.on("data", (bytes: Buffer) => {
    text += bytes.toString();
  });
  const [code] = (await once(child, "close")) as [number];
  if (!okCodes.includes(code)) throw new Error(`${command} ${args.join(" ")} ended with ${code}`);
  return text;
}

/** The same for a Node program. */
export const runNode = (args: readonly string[], okCodes: number[] = [0]): Promise<string> =>
  runToEnd(process.execPath, args, okCodes);

/** The launcher of the command line. */
export const launcher: string = LAUNCHER;

/** Ends children that were started here. */
export async function stop(children: readonly ChildProcess[]): Promise<void> {
  for (const child of children) {
    if (child.exitCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "close");
  }
}

/** Ports that are free at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  const sockets = Array.from({ length: count }, () => createSocket("udp4"));
  for (const socket of sockets) await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const ports = sockets.map((socket) => socket.address().port);
  for (const socket of sockets) socket.close();
  return ports;
}
