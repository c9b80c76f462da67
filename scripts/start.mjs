// What `npm start` does: builds the page when it is missing or older than what it is made of, puts the sample video into a
// library of its own, runs a node over it, and prints the page's address. Words behind `npm start --` go to `cardume up`.
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { request } from "node:http";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const cardume = (...words) => [here("bin/cardume.js"), ...words];

/** When the newest file of a folder was changed, in ms since 1970; -Infinity: there is none. */
function newest(folder) {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Math.max(...entries.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
  } catch {
    return -Infinity;
  }
}

function buildPage() {
  const madeAtMs = newest(here("dist/web"));
  const packages = statSync(here("package-lock.json")).mtimeMs;
  if (madeAtMs > Math.max(newest(here("web")), packages)) return;
  const vite = here("node_modules/vite/bin/vite.js");
  const words = ["build", "--config", here("web/vite.config.ts"), "--logLevel", "warn"];
  const { status } = spawnSync(process.execPath, [vite, ...words], { stdio: "inherit" });
  // Without its page the node still serves players and programs.
  if (status !== 0) console.error('the page could not be built: "npm ci" installs what that needs');
}

/** Beside the usual data folder, so that trying it out touches nobody's library. */
function demoFolder() {
  const data = process.env.XDG_DATA_HOME ?? "";
  if (data.startsWith("/")) return join(data, "cardume-demo");
  if (process.platform === "darwin") return join(homedir(), "Library", "Application Support", "cardume-demo");
  if (process.platform === "win32")
    return join(process.env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "cardume-demo");
  return join(homedir(), ".local", "share", "cardume-demo");
}

/** An address that logs a browser in, once. */
function login(socketPath) {
  const { promise, resolve, reject } = Promise.withResolvers();
  const headers = { "content-type": "application/json" };
  const asked = request({ socketPath, method: "POST", path: "/api/v1/logins", headers }, (answer) => {
    let text = "";
    answer.setEncoding("utf8");
    answer.on("data", (part) => (text += part));
    answer.on("end", () => (answer.statusCode === 200 ? resolve(JSON.parse(text).url) : reject(new Error(text))));
  });
  asked.on("error", reject);
  asked.end("{}");
  return promise;
}

async function told(event) {
  if (event.event !== "ready") return;
  const { version } = JSON.parse(readFileSync(here("package.json"), "utf8"));
  const page = event.gateway === null ? undefined : await login(event.control).catch(() => event.gateway);
  console.log(`Cardume ${version} runs. Ctrl-C stops it.\n`);
  console.log(page === undefined ? "  (without a page: --http off)" : `  the page   ${page}`);
  console.log(`  neighbours join with   cardume up --join ${event.addresses[0] ?? "(no address)"}\n`);
}

buildPage();
const dataFolder = process.env.CARDUME_DATA ?? demoFolder();
const sample = cardume("add", here("demo/shoal.mp4"), "--title", "A shoal of fish", "--data", dataFolder);
const added = spawnSync(process.execPath, sample, { stdio: ["ignore", "ignore", "inherit"] });
if (added.status !== 0) process.exit(added.status ?? 1);
const node = spawn(process.execPath, cardume("up", "--json", "--data", dataFolder, ...process.argv.slice(2)), {
  stdio: ["inherit", "pipe", "inherit"],
});
createInterface({ input: node.stdout }).on("line", (line) => void told(JSON.parse(line)));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => node.kill(signal));
node.on("exit", (code) => process.exit(code ?? 0));
