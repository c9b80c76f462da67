#!/usr/bin/env node
// Starts on any Node from 18 on and does one thing: runs the program under a Node that is new enough. Plain JavaScript
// on purpose: it must parse, and say something useful, where nothing else would.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const FLOOR = [24, 15];
const isNewEnough = (version) => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > FLOOR[0] || (major === FLOOR[0] && minor >= FLOOR[1]);
};

// A checkout has src/ and runs it as it is, so that a stale build is never run; the published package has dist/ only.
const source = new URL("../src/cli/start.ts", import.meta.url);
const entry = existsSync(source) ? source : new URL("../dist/cli/start.js", import.meta.url);

const missing = () => {
  const advice = 'in a checkout, run "npm ci", which brings one; elsewhere, install a newer Node.js';
  console.error(`cardume needs Node.js ${FLOOR.join(".")} or newer and this is ${process.version}: ${advice}`);
  process.exit(5);
};

/** The Node that `npm ci` put beside a checkout's other packages. */
const localNode = () => {
  const arch = process.arch === "arm64" ? "arm64" : "x64";
  const [platform, file] = process.platform === "win32" ? ["win", "node.exe"] : [process.platform, "node"];
  const folder = new URL(`../node_modules/node-${platform}-${arch}/`, import.meta.url);
  const node = new URL(`bin/${file}`, folder);
  if (!existsSync(node)) return undefined;
  const { version } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
  return isNewEnough(version) ? fileURLToPath(node) : undefined;
};

const relaunch = (node) => {
  // The fourth descriptor only tells the child that this process has died, a kill -9 included.
  const child = spawn(node, [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, CARDUME_RELAUNCHED: "1" },
  });
  // As a message and no signal: a terminal's Ctrl-C has reached the child already, and a second one while it ends,
  // when its listeners are gone, would kill it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => child.connected && child.send(signal, () => {}));
  child.on("error", (error) => {
    console.error(`cardume: cannot start ${node}: ${error.message}`);
    process.exit(5);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
};

/**
 * Keeps what is compiled, for the processes and threads of this program as well: halves the start-up time from the second
 * run on. In a folder of the person's own: whoever can write there runs code here, and Node's default is in the folder
 * for temporary files, which all share.
 */
const keepCompiled = () => {
  try {
    const caches = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
    process.env.NODE_COMPILE_CACHE ||= join(caches, "cardume", "compiled");
  } catch {
    return; // a user without a home
  }
  module.enableCompileCache?.(process.env.NODE_COMPILE_CACHE);
};

if (isNewEnough(process.versions.node)) {
  if (process.env.CARDUME_RELAUNCHED !== undefined && process.channel !== undefined) {
    process.once("disconnect", () => process.kill(process.pid, "SIGKILL"));
    process.on("message", (signal) => {
      if (!process.emit(signal, signal)) process.kill(process.pid, signal);
    });
    process.channel.unref();
  }
  delete process.env.CARDUME_RELAUNCHED;
  keepCompiled();
  try {
    await import(entry.href);
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND" || !/Cannot find package/.test(error.message)) throw error;
    console.error('cardume: its packages are not installed: run "npm ci" in the checkout first');
    process.exit(5);
  }
} else {
  const node = process.env.CARDUME_RELAUNCHED === undefined ? localNode() : undefined;
  if (node === undefined) missing();
  else relaunch(node);
}
