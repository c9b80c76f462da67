import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import { someBytes } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { inWords, RANGE_TABLE, type TableLine } from "./support/range-table.ts";
import { type RawAnswer, RawHttp } from "./support/raw-http.ts";
import { addFile, testNode } from "./support/running-node.ts";
import { serveVideos } from "./support/video-http.ts";

const BYTES = 1_300_001;
const content = someBytes(BYTES, 4);

function madeFile(): string {
  const path = join(tempFolder(), "film.mp4");
  writeFileSync(path, content);
  return path;
}

/** What has to be in an answer's head; `undefined`: it must not be there. */
function headOf(line: TableLine, etag: string): Record<string, string | undefined> {
  const { status } = line;
  const [first, last] = ends(line, etag);
  const ranges: Readonly<Record<number, string>> = { 206: `bytes ${first}-${last}/${BYTES}`, 416: `bytes */${BYTES}` };
  const sent = { "content-length": String(last - first + 1), "content-type": "video/mp4" };
  const lasting = { etag, "cache-control": "public, max-age=31536000, immutable" };
  const problem = { "content-type": "application/problem+json; charset=utf-8", etag: undefined };
  return {
    ...(status === 405 ? { allow: "GET, HEAD" } : { "accept-ranges": "bytes" }),
    ...(status < 300 ? sent : {}),
    ...(status < 400 ? lasting : problem),
    "content-range": ranges[status],
  };
}

const ends = ({ range = ["0", "{N-1}"] }: TableLine, etag: string): [number, number] =>
  range.map((text) => Number(inWords(text, BYTES, etag))) as [number, number];

/** What one answer has wrong; empty when it is right. */
function wrongs(line: TableLine, { status, headers, body, isCut }: RawAnswer, etag: string): string[] {
  const wrong = Object.entries(headOf(line, etag))
    .filter(([name, value]) => headers.get(name) !== value)
    .map(([name, value]) => `${name}: ${headers.get(name)}, not ${value}`);
  if (status !== line.status) wrong.push(`status ${status}, not ${line.status}`);
  if (isCut) wrong.push("its body was cut");
  if (line.method === "HEAD" || status === 304) return wrong;
  const [first, last] = ends(line, etag);
  const isRight =
    status < 400
      ? Buffer.compare(body, content.subarray(first, last + 1)) === 0
      : (JSON.parse(body.toString()) as { status: number }).status === status;
  return isRight ? wrong : [...wrong, "another body"];
}

/** Asks all of the table on one connection. @returns the table as text, and what was wrong */
async function conformance(port: number, id: Uint8Array): Promise<{ table: string[]; failed: string[] }> {
  const etag = `"${toBase32(id)}"`;
  const http = new RawHttp(port);
  const table: string[] = [];
  const failed: string[] = [];
  for (const line of RANGE_TABLE) {
    const method = line.method ?? "GET";
    const lines = line.lines.map((text) => inWords(text, BYTES, etag));
    const answer = await http.ask(method, `/v/${toBase32(id)}/film.mp4`, lines);
    const wrong = wrongs(line, answer, etag);
    const range = answer.headers.get("content-range") ?? "";
    table.push(
      `${wrong.length === 0 ? "ok" : "NO"}  ${answer.status}  ${method.padEnd(6)}  ${line.rule.padEnd(52)} ${range}`,
    );
    if (wrong.length > 0) failed.push(`${line.rule}: ${wrong.join("; ")}`);
  }
  http.close();
  return { table, failed };
}

describe("RFC 9110, request by request", () => {
  test("holds for a video that is held", async () => {
    const holder = await testNode();
    const id = await addFile(holder.library, madeFile());
    const { port, bugs } = await serveVideos(holder.node);
    const { table, failed } = await conformance(port, id);
    process.stdout.write(`${table.join("\n")}\n${table.length - failed.length} of ${table.length} requests\n`);
    expect(table.length).toBeGreaterThanOrEqual(40);
    expect(failed).toEqual([]);
    expect(bugs).toEqual([]);
  });

  test("holds for a video that only others hold, and for one that is here in part", async () => {
    const path = madeFile();
    const holder = await testNode();
    const id = await addFile(holder.library, path);
    const viewer = await testNode({ join: [holder.address] });
    const { port, bugs } = await serveVideos(viewer.node);
    // The first request finds nothing of it here, those after it some of it.
    expect((await conformance(port, id)).failed).toEqual([]);
    expect((await conformance(port, id)).failed).toEqual([]);
    expect(bugs).toEqual([]);
  });
});
