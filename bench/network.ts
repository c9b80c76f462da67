/**
 * The network, both sides in one run: `node bench/network.ts [--mib 1024] [--rounds 5] [--only one,three,lab]`. Needs
 * four times that many MiB of disk. Exit code 1 when a target is missed. Cardume is the built package: dist/ is made anew.
 *
 *   one    from one holder process: Cardume's two carriers, libtorrent v1 and v2, plain writing and fsync
 *   three  the same from three holder processes, without the libp2p carrier
 *   lab    scenarios of the lab that have targets: lines of four holders, the first byte on a LAN, an idle node
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, release, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "../lab/built.ts";
import { makeSeededFile, sha256OfFile } from "../lab/made-file.ts";
import { Program } from "../lab/program.ts";
import { measureTransfer } from "./support/network-transfer.ts";

const LAB = fileURLToPath(new URL("../lab/main.ts", import.meta.url));
const SCENARIOS = ["four-holders", "slow-and-killed", "lan", "idle"];
const LEAST_RATIO = { one: 2, three: 1.9 };

const { values } = parseArgs({
  options: {
    mib: { type: "string", default: "1024" },
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: "one,three,lab" },
  },
});
const parts = new Set(values.only.split(","));
const rounds = Number(values.rounds);
const bytes = Number(values.mib) * 1_048_576;
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const folder = mkdtempSync(join(tmpdir(), "cardume-bench-"));
const missed: string[] = [];

say(`node bench/network.ts ${process.argv.slice(2).join(" ")}`);
const [cpu] = cpus();
const memory = `${Math.round(totalmem() / 1e9)} GB`;
say(`${cpus().length} × ${cpu?.model.trim()}, ${memory}, Linux ${release()}, Node ${process.version}, ${tmpdir()}`);
try {
  if (parts.has("one") || parts.has("three")) {
    build();
    const path = join(folder, "film.bin");
    makeSeededFile(path, bytes, 1);
    const material = { folder, path, bytes, sha256: await sha256OfFile(path) };
    if (parts.has("one")) missed.push(...(await measureTransfer(material, 1, rounds, LEAST_RATIO.one, say)));
    if (parts.has("three")) missed.push(...(await measureTransfer(material, 3, rounds, LEAST_RATIO.three, say)));
  }
  if (parts.has("lab"))
    for (const name of SCENARIOS) {
      const { code, stdout, stderr } = await new Program(process.execPath, [LAB, name, "--quiet"]).ended;
      say(`${stdout.trimEnd()}${stderr}`);
      if (code !== 0) missed.push(`lab: ${name}`);
    }
  for (const what of missed) say(`MISSED: ${what}`);
  process.exitCode = missed.length > 0 ? 1 : 0;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
