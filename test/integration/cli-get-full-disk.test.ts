import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import { someBytes } from "../unit/support/made-video.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { heldOutside } from "./support/held-outside.ts";
import { digestOf, expectOneLine, jsonLines } from "./support/library-cli.ts";
import { MISSING_MOUNT, requirement } from "./support/requirement.ts";
import type { Running } from "./support/running.ts";
import { addFile, testNode } from "./support/running-node.ts";
import { test } from "./support/stage.ts";
import { SmallDisk } from "./support/store-small-disk.ts";
import { until } from "./support/waiting.ts";

const MIB = 1_048_576;
const CHUNKS = 16;

test("a get whose disk somebody else fills exits with 5 and one line, and goes on when there is room again", async ({
  stage,
  task,
  skip,
}) => {
  requirement({ task, skip }, MISSING_MOUNT);
  const disk = new SmallDisk(120);
  const data = join(disk.folder, "data");
  const holder = await testNode({ uploadBytesPerSecond: 8 * MIB });
  const content = someBytes(CHUNKS * MIB, 11);
  const path = join(tempFolder(), "film.bin");
  writeFileSync(path, content);
  const id = await addFile(holder.library, path);
  const get = (...more: string[]): Running =>
    stage.cardume(["get", toBase32(id), "--join", holder.address, ...more], {
      env: { CARDUME_LISTEN: "127.0.0.1:0", CARDUME_MDNS: "no", CARDUME_NAT: "no", CARDUME_DATA: data },
    });
  const first = get();
  await until("some of it is held", () => heldOutside(data, id).length > 1);
  disk.fill();
  const ended = await first.ended;
  expectOneLine(ended, /the disk is full: make room and try again/);
  expect(ended.code).toBe(5);
  const held = heldOutside(data, id).length;
  expect(held).toBeLessThan(CHUNKS);
  const refused = await get().ended;
  expectOneLine(refused, /disk/);
  expect(refused.code).toBe(5);
  disk.makeRoom();
  const last = await get("--json", "-o", "film.bin").ended;
  expect(last.code, last.stderr).toBe(0);
  expect(digestOf(stage.readBytes("film.bin"))).toBe(digestOf(content));
  expect(jsonLines(last)[0]?.["receivedBytes"]).toBeLessThanOrEqual((CHUNKS - held) * MIB);
});
