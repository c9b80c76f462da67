import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toBase32 } from "../core/content/base32.ts";
import { CardumeError } from "../core/errors.ts";
import { PAGE } from "../core/limits.ts";
import { jpegSize } from "./poster-jpeg.ts";

const NAME = /^([a-z2-7]{52})\.(jpg|none)$/;

/**
 * The posters of a library, in `posters/` of its folder: `<id>.jpg`, and `<id>.none` where ffmpeg found nothing to show. They
 * are nobody's claim, and go no further than this machine.
 */
export class PosterShelf {
  readonly #folder: string;
  /** By id in base32; read once, since nobody else writes there. */
  #known: Promise<Map<string, "jpg" | "none">> | undefined;

  /** @param libraryFolder the data folder */
  constructor(libraryFolder: string) {
    this.#folder = join(libraryFolder, "posters");
  }

  /** The ids of videos with a poster, in base32. */
  async list(): Promise<string[]> {
    return [...(await this.#names())].flatMap(([name, kind]) => (kind === "jpg" ? [name] : []));
  }

  /** What is kept of a video; `none`: there is nothing to show in it. */
  async of(id: Uint8Array): Promise<"jpg" | "none" | undefined> {
    return (await this.#names()).get(toBase32(id));
  }

  /** A poster. @throws CardumeError `poster-missing` (exit code 3) */
  read(id: Uint8Array): Promise<Buffer> {
    return readFile(this.#path(id, "jpg")).catch(() => {
      throw new CardumeError("poster-missing", "there is no poster of this video", { exitCode: 3 });
    });
  }

  /**
   * Keeps a poster: whole or not at all, for whoever reads it meanwhile. Losing one costs a picture, so it is not synced.
   * @throws CardumeError `poster-invalid`, `too-many-requests`, `disk-failed`
   */
  async keep(id: Uint8Array, jpeg: Uint8Array): Promise<void> {
    const size = jpegSize(jpeg);
    if (size === undefined) throw new CardumeError("poster-invalid", "a poster is a JPEG (Content-Type: image/jpeg)");
    if (Math.max(size.width, size.height) > PAGE.maxPosterSide)
      throw new CardumeError("poster-invalid", `a poster has ${PAGE.maxPosterSide} pixels a side at most`);
    await this.#put(id, "jpg", jpeg);
    await rm(this.#path(id, "none"), { force: true });
  }

  /** There is nothing to show in this video: nobody has to look again. @throws as {@link keep} */
  async keepNone(id: Uint8Array): Promise<void> {
    if ((await this.of(id)) === undefined) await this.#put(id, "none", new Uint8Array());
  }

  /** Takes what is kept of a video away. What cannot be taken away is only a picture. */
  async remove(id: Uint8Array): Promise<void> {
    (await this.#names()).delete(toBase32(id));
    for (const kind of ["jpg", "none"] as const) await rm(this.#path(id, kind), { force: true }).catch(() => {});
  }

  async #put(id: Uint8Array, kind: "jpg" | "none", bytes: Uint8Array): Promise<void> {
    const known = await this.#names();
    if (known.size >= PAGE.maxPosters)
      throw new CardumeError("too-many-requests", "there are too many posters already", { exitCode: 5 });
    const draft = join(this.#folder, `.${randomBytes(6).toString("hex")}`);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(draft, bytes, { flag: "wx", mode: 0o600 });
      await rename(draft, this.#path(id, kind));
    } catch (cause) {
      await rm(draft, { force: true }).catch(() => {});
      const said = `cannot keep the poster: ${(cause as Error).message}`;
      throw new CardumeError("disk-failed", said, { exitCode: 5, cause });
    }
    known.set(toBase32(id), kind);
  }

  #path(id: Uint8Array, kind: "jpg" | "none"): string {
    return join(this.#folder, `${toBase32(id)}.${kind}`);
  }

  #names(): Promise<Map<string, "jpg" | "none">> {
    this.#known ??= readdir(this.#folder)
      .catch((): string[] => [])
      .then((files) => {
        const known = new Map<string, "jpg" | "none">();
        for (const file of files.toSorted().reverse()) {
          const [, name, kind] = NAME.exec(file) ?? [];
          // A poster that came after the note counts: it comes last here.
          if (name !== undefined) known.set(name, kind as "jpg" | "none");
        }
        return known;
      });
    return this.#known;
  }
}
