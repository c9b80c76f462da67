import { createHash } from "node:crypto";
import { connect } from "node:net";
import type { Lab } from "../../lab/lab.ts";
import { sha256OfFile } from "../../lab/made-file.ts";
import { usageOf } from "../../lab/process-usage.ts";
import { tableOf } from "../../lab/table.ts";
import { median, spread } from "./statistics.ts";
import type { Film } from "./watch-film.ts";
import type { Side } from "./watch-side.ts";

const BUFFER_BYTES = 1_048_576;
const LEAST_OF_WEBTORRENT = 2;
const HEAD_END = Buffer.from("\r\n\r\n");

/** A held film over HTTP, all of it, by each side in turn. @returns which targets were missed */
export async function measureHeld(
  lab: Lab,
  film: Film,
  sides: readonly Side[],
  rounds: number,
  say: (text: string) => void,
): Promise<string[]> {
  const sha256 = await sha256OfFile(film.path);
  const runs = [];
  for (const side of sides) {
    const gateway = await side.held(lab, film);
    if ((await sha256Of(gateway.url)) !== sha256) throw new Error(`${side.name} gives other bytes`);
    runs.push({ side, gateway, rates: [] as number[], cpuS: [] as number[] });
  }
  for (let round = 0; round < rounds; round++)
    for (let turn = 0; turn < runs.length; turn++) {
      const { gateway, rates, cpuS } = runs[(round + turn) % runs.length] as (typeof runs)[number];
      const before = usageOf(gateway.pid).cpuS;
      rates.push(film.bytes / 1000 / (await drain(gateway.url, film.bytes)));
      cpuS.push(((usageOf(gateway.pid).cpuS - before) * 1_073_741_824) / film.bytes);
    }
  const other = runs.find(({ side }) => side.name.startsWith("WebTorrent"));
  const ratiosOf = (rates: readonly number[]): number[] =>
    other === undefined ? [] : rates.map((rate, round) => rate / (other.rates[round] as number));
  const rows = runs.map(({ side, rates, cpuS }) => {
    const ratios = ratiosOf(rates);
    return [side.name, spread(rates), ratios.length > 0 ? spread(ratios, 2) : "–", median(cpuS).toFixed(2)];
  });
  say(`\n${(film.bytes / 1e6).toFixed(0)} MB that are held, over HTTP, median (least–most) of ${rounds}:\n`);
  say(tableOf(["", "MB/s", "of WebTorrent", "server's CPU-s a GiB"], rows));
  for (const { gateway } of runs) await gateway.stop();
  const mine = runs.find(({ side }) => side.isOurs);
  const ratio = median(ratiosOf(mine?.rates ?? []));
  return ratio < LEAST_OF_WEBTORRENT
    ? [`a held file: ${ratio.toFixed(2)} of WebTorrent, target ≥ ${LEAST_OF_WEBTORRENT}`]
    : [];
}

async function sha256Of(url: string): Promise<string> {
  const hash = createHash("sha256");
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  for await (const bytes of answer.body ?? []) hash.update(bytes);
  return hash.digest("hex");
}

/** Gets all of a film over a bare socket, which costs the least. @returns ms from the connection to the last byte */
function drain(url: string, filmBytes: number): Promise<number> {
  const { hostname, port, pathname, host } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const startedAtMs = performance.now();
  let [received, wanted, head] = [0, Infinity, Buffer.alloc(0)];
  const take = (count: number, bytes: Uint8Array): boolean => {
    received += count;
    if (wanted === Infinity) {
      head = Buffer.concat([head, bytes.subarray(0, count)]);
      const end = head.indexOf(HEAD_END);
      if (end >= 0) {
        const length = /^content-length: (\d+)$/im.exec(head.toString("latin1", 0, end).replaceAll("\r", ""))?.[1];
        if (Number(length) !== filmBytes) reject(new Error(`${url}: a length of ${length}`));
        wanted = end + HEAD_END.length + filmBytes;
      }
    }
    if (received >= wanted) resolve(performance.now() - startedAtMs);
    return true;
  };
  const socket = connect({
    host: hostname,
    port: Number(port),
    onread: { buffer: new Uint8Array(BUFFER_BYTES), callback: take },
  });
  socket.once("error", reject).once("close", () => reject(new Error(`${url}: ended after ${received} bytes`)));
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  return promise.finally(() => socket.destroy());
}
