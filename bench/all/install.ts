import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { installWebtorrent } from "../support/watch-webtorrent.ts";

const LIST = fileURLToPath(new URL("../peers/apt.txt", import.meta.url));

/**
 * Installs the systems that Cardume is compared with: Debian packages by apt-get (as root, or by `sudo -n`), and WebTorrent
 * into .cache/. What cannot be had stays away, and the others are measured all the same.
 * @returns the exit code: 0 all are there, 5 some could not be installed
 */
export function installOthers(say: (text: string) => void): number {
  const packages = readFileSync(LIST, "utf8").trim().split("\n");
  const order = ["apt-get", "install", "-y", "--no-install-recommends", ...packages];
  const [command = "", ...args] = process.getuid?.() === 0 ? order : ["sudo", "-n", ...order];
  say([command, ...args].join(" "));
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = spawnSync(command, args, { stdio: "inherit", env }).status;
  if (apt !== 0) say(`not installed: ${packages.join(", ")} (apt-get ended with ${apt ?? "no code: it is not here"})`);
  const npm = installWebtorrent();
  if (npm !== 0) say(`not installed: WebTorrent (npm ended with ${npm})`);
  return apt === 0 && npm === 0 ? 0 : 5;
}
