import { ApiProblem, askFor } from "../base/api.ts";
import { memory } from "../base/memory.ts";

/** How far an upload has come, as the node says. */
interface Upload {
  readonly offset: number;
  readonly pieceBytes: number;
}

const FIRST_PIECE_BYTES = 512 * 1024;
/** A piece is sent in about so long: it has ten seconds to arrive. */
const PIECE_MS = 2000;
/** Waits before what broke off is tried again; then the person is asked. */
const PAUSES_MS = [500, 1000, 2000, 4000, 8000] as const;

/** One key a file, so that the same file goes on where it stopped, after the page was closed, too. */
function keyOf(file: File): string {
  const name = `upload ${file.size} ${file.lastModified} ${file.name}`;
  const known = memory.get(name);
  if (known !== undefined && /^[\w-]{22,64}$/.test(known)) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(18));
  const key = btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_");
  memory.set(name, key);
  return key;
}

/** Sends a file in pieces. @returns its key @throws ApiProblem; the signal's reason */
export async function sendFile(file: File, signal: AbortSignal, onPart: (part: number) => void): Promise<string> {
  const key = keyOf(file);
  const path = `/api/v1/uploads/${key}`;
  const body = { name: file.name.slice(0, 1024), bytes: file.size };
  let { offset, pieceBytes } = await askFor<Upload>(path, { method: "PUT", body, signal });
  let size = Math.min(FIRST_PIECE_BYTES, pieceBytes);
  let failures = 0;
  while (offset < file.size) {
    onPart(offset / file.size);
    const began = performance.now();
    try {
      const piece = file.slice(offset, offset + size);
      ({ offset, pieceBytes } = await askFor<Upload>(`${path}?from=${offset}`, {
        method: "PATCH",
        body: piece,
        signal,
      }));
      const factor = PIECE_MS / Math.max(1, performance.now() - began);
      size = Math.round(Math.min(pieceBytes, Math.max(64 * 1024, size * Math.min(2, factor))));
      failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      const pauseMs = PAUSES_MS[failures++];
      if (!isPassing(error) || pauseMs === undefined) throw error;
      await pause(pauseMs, signal);
      size = Math.max(64 * 1024, Math.round(size / 2));
      ({ offset } = await askFor<Upload>(path, { signal }).catch(() => ({ offset })));
    }
  }
  onPart(1);
  // It is not this file's any more once it is added.
  memory.set(`upload ${file.size} ${file.lastModified} ${file.name}`, undefined);
  return key;
}

const PASSING: ReadonlySet<string> = new Set(["offline", "upload-offset", "upload-busy", "request-timeout"]);
const isPassing = (error: unknown): boolean => error instanceof ApiProblem && PASSING.has(error.code);

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    reject(signal.reason as Error);
  });
  return promise;
}
