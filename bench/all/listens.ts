import { once } from "node:events";
import { connect } from "node:net";
import type { Program } from "../../lab/program.ts";

const EVERY_MS = 5;
const PATIENCE_MS = 20_000;

/** Waits until a program takes connections on a port of loopback. @throws Error when it ends before, or does not */
export async function untilListens(program: Program, port: number): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS;
  while (program.isRunning && performance.now() < untilMs) {
    const socket = connect(port, "127.0.0.1");
    try {
      await once(socket, "connect");
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`${program.child.spawnfile} does not listen on ${port}:\n${program.said}`);
}
