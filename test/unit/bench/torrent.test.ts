import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { bencode, makeTorrent } from "../../../bench/all/torrent.ts";

test.for([
  [0, "i0e"],
  [-3, "i-3e"],
  ["spam", "4:spam"],
  [["a", 1], "l1:ai1ee"],
  [{ b: 2, a: [] }, "d1:ale1:bi2ee"],
] as const)("%j is encoded as BEP 3 has it", ([value, encoded]) => {
  expect(bencode(value).toString()).toBe(encoded);
});

test("pieces go on from one file of a folder to the next, as BEP 3 has it", () => {
  const folder = mkdtempSync(join(tmpdir(), "cardume-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const parts = [Buffer.alloc(700_000, 1), Buffer.alloc(700_000, 2)];
  for (const [index, bytes] of parts.entries()) writeFileSync(join(folder, `f${index}`), bytes);
  const whole = Buffer.concat(parts);
  const pieces = [whole.subarray(0, 1_048_576), whole.subarray(1_048_576)].map((piece) =>
    createHash("sha1").update(piece).digest(),
  );
  const torrent = Buffer.from(makeTorrent(folder, ["f0", "f1"]).bytes);
  expect(torrent.includes(Buffer.concat([Buffer.from("6:pieces40:"), ...pieces]))).toBe(true);
  expect(torrent.toString("latin1")).toContain("5:filesld6:lengthi700000e4:pathl2:f0eed6:lengthi700000e4:pathl2:f1eee");
});

test("the info hash is that of the info as it stands in the torrent", () => {
  const folder = mkdtempSync(join(tmpdir(), "cardume-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "f"), "hello");
  const { bytes, infoHash } = makeTorrent(join(folder, "f"));
  const torrent = Buffer.from(bytes);
  const info = torrent.subarray(torrent.indexOf("4:info") + 6, -1);
  expect(createHash("sha1").update(info).digest()).toEqual(infoHash);
});
