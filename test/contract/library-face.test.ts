import { readdirSync, readFileSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, test } from "vitest";
import type { CardumeError } from "../../src/core/errors.ts";
import type { AddProgress } from "../../src/store/add-paths.ts";
import { flipBit, noise } from "../integration/support/library-cli.ts";
import { addedId, bytesOf, LIBRARY_FACES, makeFace, reportsOf } from "./support/library-faces.ts";

const FILM = noise(3_400_001);

/** How a person would see that something failed. */
async function failure(
  promise: Promise<unknown>,
): Promise<Pick<CardumeError, "name" | "code" | "exitCode" | "message">> {
  const error = await promise.then(
    () => expect.fail("it did not fail"),
    (reason: CardumeError) => reason,
  );
  const { name, code, exitCode, message } = error;
  return { name, code, exitCode, message };
}

describe.for(LIBRARY_FACES)("%s adds", ([, open]) => {
  test("files in order, with all that a command says of them, and progress to the last byte", async () => {
    const { face, file, library } = await makeFace(open);
    writeFileSync(file("b.mp4"), FILM);
    writeFileSync(file("b.pt.srt"), "1\n00:00:00,000 --> 00:00:01,000\nolá\n");
    writeFileSync(file("a.mp4"), noise(70_000));
    writeFileSync(file("tiny.mp4"), noise(64));
    symlinkSync("a.mp4", file("link"));
    const told: AddProgress[] = [];
    const reports = await reportsOf(face, [dirname(file("x"))], { onProgress: (progress) => told.push(progress) });
    expect(reports.map(({ outcome, path }) => [outcome, String(path)])).toEqual([
      ["added", file("a.mp4")],
      ["added", file("b.mp4")],
      ["skipped", file("link")],
      ["failed", file("tiny.mp4")],
    ]);
    const [, film, link, tiny] = reports;
    expect(film).toMatchObject({ bytes: FILM.length, isNew: true, failed: [] });
    expect(film).toMatchObject({ subtitles: [{ name: "b.pt.srt", language: "pt", id: expect.any(Uint8Array) }] });
    expect(link).toMatchObject({ reason: expect.stringMatching(/symbolic link/) });
    expect(tiny).toMatchObject({ error: { name: "CardumeError", code: "not-storable", exitCode: expect.any(Number) } });
    expect(told.at(-1)?.bytesDone).toBeGreaterThanOrEqual(FILM.length);
    expect(await library.list()).toHaveLength(2);
    const again = await reportsOf(face, [file("b.mp4")]);
    expect(again).toMatchObject([{ outcome: "already", isNew: false, id: (film as { id: Uint8Array }).id }]);
  });

  test("copies, titles, and says which video a changed file was before", async () => {
    const { face, file, library } = await makeFace(open);
    writeFileSync(file("a.mp4"), noise(70_000));
    const id = await addedId(face, file("a.mp4"), { copy: true, title: "Férias 🐟" });
    expect(await library.get(id)).toMatchObject({ title: "Férias 🐟", source: undefined });
    const kept = await addedId(face, file("a.mp4"));
    writeFileSync(file("a.mp4"), noise(90_000));
    const [report] = await reportsOf(face, [file("a.mp4")]);
    expect([Buffer.from(kept), report]).toMatchObject([Buffer.from(id), { outcome: "added" }]);
  });

  test("a path that is no UTF-8, byte for byte", async () => {
    const { face, file } = await makeFace(open);
    const path = Buffer.concat([Buffer.from(file("")), Buffer.from([0x61, 0xff, 0xfe])]);
    writeFileSync(path, noise(70_000));
    const [report] = await reportsOf(face, [path]);
    expect(report?.path).toEqual(path);
    const video = await face.get((report as { id: Uint8Array }).id);
    expect(video?.source).toEqual(path);
  });
});

describe.for(LIBRARY_FACES)("%s does not add", ([, open]) => {
  test("what is not there, and tells of it by the name that was given", async () => {
    const { face } = await makeFace(open);
    const [report] = await reportsOf(face, ["no such film.mp4"]);
    expect(report).toMatchObject({ outcome: "failed", path: "no such film.mp4" });
    expect(report).toMatchObject({ error: { code: "file-missing", exitCode: 2 } });
    expect((report as { error: Error }).error.message).toBe("no such film.mp4: it is not there");
  });

  test("many files under one title", async () => {
    const { face, file } = await makeFace(open);
    writeFileSync(file("a.mp4"), noise(70_000));
    writeFileSync(file("b.mp4"), noise(80_000));
    const adding = reportsOf(face, [file("a.mp4"), file("b.mp4")], { title: "one" });
    expect(await failure(adding)).toMatchObject({ name: "CardumeError", code: "title-for-many", exitCode: 2 });
  });

  test("any more when the one who asked wants to stop, and leaves nothing half done", async () => {
    const { face, file, data } = await makeFace(open);
    writeFileSync(file("a.mp4"), noise(70_000));
    // Hashing this much takes longer than asking to stop.
    writeFileSync(file("b.mp4"), "");
    truncateSync(file("b.mp4"), 16 * 2 ** 30);
    const abort = new AbortController();
    const reason = new Error("Ctrl-C");
    const reports = face.add([file("a.mp4"), file("b.mp4")], { signal: abort.signal });
    await reports.next();
    abort.abort(reason);
    const rest = async (): Promise<void> => {
      for await (const _ of reports);
    };
    await expect(rest()).rejects.toBe(reason);
    await expect.poll(() => readdirSync(`${data}/videos`).filter((name) => name.startsWith("."))).toEqual([]);
  });
});

describe.for(LIBRARY_FACES)("%s tells", ([, open]) => {
  test("every fact of a video as it is", async () => {
    const { face, library, file } = await makeFace(open);
    writeFileSync(file("film.mp4"), FILM);
    writeFileSync(file("film.srt"), "1\n00:00:00,000 --> 00:00:01,000\nolá\n");
    const id = await addedId(face, file("film.mp4"));
    expect(await face.get(id)).toEqual(await library.get(id));
    expect(await face.list()).toEqual(await library.list());
    expect(await face.list({ kind: "subtitle" })).toHaveLength(1);
    const { manifest: _, ...details } = await library.details(id);
    expect(await face.details(id)).toMatchObject(details);
    expect((await face.details(id)).claims).toEqual(details.claims);
    expect(await face.link(id)).toBe(await library.link(id));
    expect([face.folder, face.publisher]).toEqual([library.folder, new Uint8Array(library.publisher)]);
  });

  test("which videos have these words, and finds one by title, id or link", async () => {
    const { face, file } = await makeFace(open);
    for (const [name, bytes] of [
      ["férias 2019.mp4", 70_000],
      ["natal.mp4", 80_000],
      ["natal e mar.mp4", 90_000],
    ] as const)
      writeFileSync(file(name), noise(bytes));
    await reportsOf(face, [dirname(file("x"))]);
    expect((await face.list({ words: "ferias" })).map(({ title }) => title)).toEqual(["férias 2019"]);
    expect(await face.list({ words: "natal", limit: 1 })).toHaveLength(1);
    expect(await face.list({ words: "& % ? #" })).toEqual(await face.list({ words: "& % ? #" }));
    const [video] = await face.list({ words: "2019" });
    if (video === undefined) throw new Error("not found");
    const hex = Buffer.from(video.id).toString("hex");
    for (const text of ["férias 2019", hex, hex.slice(0, 8), await face.link(video.id)])
      expect(await face.find(text)).toEqual(video);
  });

  test("what is not there, or may be several, as errors with their codes, words and exit codes", async () => {
    const { face, library, file } = await makeFace(open);
    for (const bytes of [70_000, 80_000]) {
      writeFileSync(file("film.mp4"), noise(bytes));
      await addedId(face, file("film.mp4"), { copy: true });
    }
    for (const text of ["film", "nothing", "cardume:abc", `cardume:${"a".repeat(20_000)}`, "x".repeat(3000), "ç?&=%"])
      expect(await failure(face.find(text))).toEqual(await failure(library.find(text)));
    const nobody = new Uint8Array(32).fill(7);
    expect(await face.get(nobody)).toBeUndefined();
    for (const ask of ["details", "link", "verify", "remove"] as const)
      expect(await failure(face[ask](nobody))).toEqual(await failure(library[ask](nobody)));
    expect(await failure(bytesOf(face.stream(nobody)))).toMatchObject({ code: "video-unknown", exitCode: 3 });
  });
});

describe.for(LIBRARY_FACES)("%s gives bytes", ([, open]) => {
  test("bit for bit, all of them or a part", async () => {
    const { face, file } = await makeFace(open);
    writeFileSync(file("film.mp4"), FILM);
    const id = await addedId(face, file("film.mp4"));
    expect((await bytesOf(face.stream(id))).equals(FILM)).toBe(true);
    expect((await bytesOf(face.stream(id, 1_048_570, 1_048_590))).equals(FILM.subarray(1_048_570, 1_048_590))).toBe(
      true,
    );
    expect(await bytesOf(face.stream(id, FILM.length))).toHaveLength(0);
    for await (const _ of face.stream(id)) break;
    // A node hears a moment later that nobody reads any more.
    await expect.poll(() => face.remove(id).catch(() => "in use")).toBe(false);
  });

  test("into a file that is there only when it is whole, and replaces none unless told", async () => {
    const { face, file } = await makeFace(open);
    writeFileSync(file("film.mp4"), FILM);
    const id = await addedId(face, file("film.mp4"));
    let bytes = 0;
    await face.export(id, file("out"), { onBytes: (more) => (bytes += more) });
    expect([bytes, readFileSync(file("out")).equals(FILM)]).toEqual([FILM.length, true]);
    writeFileSync(file("out"), "precious");
    expect(await failure(face.export(id, file("out")))).toMatchObject({ code: "file-exists", exitCode: 2 });
    expect(readFileSync(file("out"), "utf8")).toBe("precious");
    await face.export(id, file("out"), { force: true });
    expect(readFileSync(file("out")).equals(FILM)).toBe(true);
    expect(await failure(face.export(id, file("no/out")))).toMatchObject({ code: "file-missing", exitCode: 5 });
  });

  test("but none that are damaged, and says at which chunk", async () => {
    const { face, library, file } = await makeFace(open);
    writeFileSync(file("film.mp4"), FILM);
    const id = await addedId(face, file("film.mp4"), { copy: true });
    const { path } = await library.details(id);
    flipBit(String(path), 2_500_000);
    const error = { code: "video-damaged", exitCode: 1, message: expect.stringMatching(/^chunk 2 is damaged/) };
    expect(await failure(bytesOf(face.stream(id)))).toMatchObject(error);
    expect(await failure(face.export(id, file("out")))).toMatchObject({ code: "video-incomplete", exitCode: 1 });
    expect(readdirSync(dirname(file("x"))), "and nothing is left of the file").toEqual(["film.mp4"]);
  });

  test("until the one who asked wants to stop", async () => {
    const { face, file } = await makeFace(open);
    writeFileSync(file("film.mp4"), FILM);
    const id = await addedId(face, file("film.mp4"));
    const abort = new AbortController();
    const reason = new Error("Ctrl-C");
    const exporting = face.export(id, file("out"), { signal: abort.signal, onBytes: () => abort.abort(reason) });
    await expect(exporting).rejects.toBe(reason);
    expect(readdirSync(dirname(file("x")))).toEqual(["film.mp4"]);
  });
});

describe.for(LIBRARY_FACES)("%s verifies", ([, open]) => {
  test("and says what is good, lost and found again, having counted every byte", async () => {
    const { face, library, file } = await makeFace(open);
    writeFileSync(file("film.mp4"), FILM);
    const id = await addedId(face, file("film.mp4"), { copy: true });
    const { path } = await library.details(id);
    let read = 0;
    const whole = await face.verify(id, { onBytes: (bytes) => (read += bytes) });
    expect(whole).toEqual({ ...whole, good: 4, recovered: 0, lost: [], absent: 0, video: await library.get(id) });
    expect([read, typeof whole.stamp?.mtimeNs]).toEqual([FILM.length, "bigint"]);
    flipBit(String(path), 5);
    expect(await face.verify(id)).toMatchObject({ good: 3, lost: [0], video: { state: "partial" } });
    flipBit(String(path), 5);
    expect(await face.verify(id)).toMatchObject({ good: 4, recovered: 1, video: { state: "complete" } });
  });

  test("a file that is missing without a word against its chunks", async () => {
    const { face, file } = await makeFace(open);
    writeFileSync(file("film.mp4"), FILM);
    const id = await addedId(face, file("film.mp4"));
    unlinkSync(file("film.mp4"));
    expect(await face.verify(id)).toMatchObject({ good: 0, lost: [], stamp: undefined, video: { state: "missing" } });
  });
});

describe.for(LIBRARY_FACES)("%s removes", ([, open]) => {
  test("a video, and a file kept in place only when told", async () => {
    const { face, library, file } = await makeFace(open);
    writeFileSync(file("a.mp4"), noise(70_000));
    const id = await addedId(face, file("a.mp4"));
    expect(await face.remove(id)).toBe(false);
    expect(readdirSync(dirname(file("x")))).toEqual(["a.mp4"]);
    const again = await addedId(face, file("a.mp4"));
    expect(await face.remove(again, { files: true })).toBe(true);
    expect([readdirSync(dirname(file("x"))), await library.list()]).toEqual([[], []]);
  });
});
