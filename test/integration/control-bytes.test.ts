import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { toBase32 } from "../../src/core/content/base32.ts";
import type { Library } from "../../src/store/library.ts";
import { ask, begin, serveNode } from "../unit/gateway/served-node.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { digestOf, noise } from "./support/library-cli.ts";
import { addOne } from "./support/library-stage.ts";
import { pause } from "./support/waiting.ts";

const MIB = 2 ** 20;

/** A library that counts the bytes it gave out. */
function counting(): { wrap: (library: Library) => Library; given: () => number } {
  let given = 0;
  const wrap = (library: Library): Library =>
    new Proxy(library, {
      get: (target, name) => {
        if (name !== "stream") {
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === "function" ? value.bind(target) : value;
        }
        return async function* (...args: Parameters<Library["stream"]>): AsyncGenerator<Uint8Array> {
          for await (const part of target.stream(...args)) {
            given += part.length;
            yield part;
          }
        };
      },
    });
  return { wrap, given: () => given };
}

test("a reader who does not read holds back the disk, gets every byte later, and lets go when it leaves", async () => {
  const folder = tempFolder();
  const { wrap, given } = counting();
  const { control, library } = await serveNode(join(folder, "data"), wrap);
  const film = noise(40 * MIB);
  writeFileSync(join(folder, "film.mp4"), film);
  const id = await addOne(library, join(folder, "film.mp4"));
  const path = `/videos/${toBase32(id)}/bytes`;
  const answer = await begin(control.path, { path });
  answer.pause();
  await expect.poll(given).toBeGreaterThan(0);
  await pause(500);
  const waiting = given();
  await pause(500);
  expect(given()).toBe(waiting);
  expect(waiting).toBeLessThan(8 * MIB);
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(part as Buffer);
  expect(digestOf(Buffer.concat(parts))).toBe(digestOf(film));
  expect(answer.headers["content-type"]).toBe("application/octet-stream");
  expect(answer.trailers["cardume-error"]).toBe("");

  const leaving = await begin(control.path, { path });
  await once(leaving, "data");
  await expect(library.remove(id)).rejects.toMatchObject({ code: "video-in-use" });
  leaving.destroy();
  await expect.poll(() => library.remove(id).catch(() => "in use")).toBe(false);
  expect((await ask(control.path, { path })).status).toBe(404);
});
