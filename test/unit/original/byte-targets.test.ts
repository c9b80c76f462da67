import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { FileTarget, StreamTarget } from "../../../src/original/byte-targets.ts";
import { chunkOf } from "../support/fake-target.ts";
import { tempFolder } from "../support/temp-folder.ts";

describe("a file", () => {
  test("is there when it is whole; what stood there before is kept until then", async () => {
    const path = join(tempFolder(), "film.mp4");
    writeFileSync(path, "before");
    const target = new FileTarget(path);
    await target.write(chunkOf("ab"));
    await target.write(chunkOf("c"));
    expect(readFileSync(path, "latin1")).toBe("before");
    await target.close(false);
    expect(readFileSync(path, "latin1")).toBe("abc");
    expect(existsSync(`${path}.part`)).toBe(false);
  });

  test("that failed stays beside its place", async () => {
    const path = join(tempFolder(), "film.mp4");
    writeFileSync(path, "before");
    const target = new FileTarget(path);
    await target.write(chunkOf("ab"));
    await target.close(true);
    expect(readFileSync(path, "latin1")).toBe("before");
    expect(readFileSync(`${path}.part`, "latin1")).toBe("ab");
  });

  test("for which nothing came is not made, and the one of before stays", async () => {
    const path = join(tempFolder(), "film.mp4");
    await new FileTarget(path).close(false);
    expect(existsSync(path)).toBe(false);
  });

  test("that is none, /dev/null for example, is written to directly", async () => {
    const target = new FileTarget("/dev/null");
    await target.write(chunkOf("ab"));
    await target.close(false);
    expect(existsSync("/dev/null.part")).toBe(false);
  });
});

describe("a stream", () => {
  test("takes the bytes in order, and a write ends when they were taken", async () => {
    const stream = new PassThrough();
    const target = new StreamTarget(stream);
    await target.write(chunkOf("ab"));
    await target.write(chunkOf("c"));
    await target.close();
    expect((stream.read() as Buffer).toString()).toBe("abc");
    expect(stream.writableEnded).toBe(false); // standard output is not ours to end
  });

  test("that breaks fails the write, and every later one", async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error("EPIPE")) });
    const target = new StreamTarget(stream);
    await expect(target.write(chunkOf("a"))).rejects.toThrow("EPIPE");
    await expect(target.write(chunkOf("b"))).rejects.toThrow();
  });
});
