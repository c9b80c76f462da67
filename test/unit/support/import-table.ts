import { posix } from "node:path";
import type { SourceFile } from "./source-files.ts";

/** Who may import whom: the table of the design, first match first. What has no row may import anything. */
interface Room {
  readonly name: string;
  readonly folder: string;
  /** Folders whose code it may import. Its own is always among them. */
  readonly code: readonly string[];
  /** Folders of which it may import types only. */
  readonly types: readonly string[];
  /** Whether packages and `node:` modules may be imported. */
  readonly outside: boolean;
}

const CORE_COMMON = ["src/core/limits.ts", "src/core/errors.ts", "src/core/effects.ts", "src/core/utf8.ts"];
const CONTENT = ["src/core/wire/", "src/core/content/"];

const ROOMS: readonly Room[] = [
  room("core/wire", "src/core/wire/", { code: CORE_COMMON, types: CONTENT }),
  room("core/content", "src/core/content/", { code: CORE_COMMON, types: CONTENT }),
  room("core/discovery", "src/core/discovery/", { code: [...CORE_COMMON, ...CONTENT] }),
  room("core/transfer", "src/core/transfer/", { code: [...CORE_COMMON, ...CONTENT] }),
  room("core/peer", "src/core/peer/", { code: ["src/core/"] }),
  room("core/client", "src/core/client/", { code: ["src/core/"] }),
  room("core", "src/core/", { code: ["src/core/"] }),
  room("runtime", "src/runtime/", { types: ["src/core/"], outside: true }),
  room("store", "src/store/", { code: ["src/core/", "src/runtime/"], outside: true }),
  room("media", "src/media/", { code: ["src/core/", "src/runtime/"], outside: true }),
  room("original", "src/original/", { code: ["src/core/", "src/runtime/", "src/store/"], outside: true }),
  room("node", "src/node/", { code: ["src/core/", "src/runtime/", "src/store/"], outside: true }),
  // Values on their way in and out are ids, links and errors: the same code writes and reads them everywhere.
  room("gateway", "src/gateway/", {
    code: [...CORE_COMMON, "src/core/content/", "src/runtime/", "src/node/", "src/store/", "src/media/"],
    types: ["src/core/"],
    outside: true,
  }),
  room("sim", "sim/", { code: ["src/core/"], types: ["src/store/", "src/node/"] }),
];

function room(name: string, folder: string, may: Partial<Pick<Room, "code" | "types" | "outside">>): Room {
  return { name, folder, code: [folder, ...(may.code ?? [])], types: may.types ?? [], outside: may.outside ?? false };
}

/** One import, re-export or dynamic import. */
interface Import {
  readonly from: string;
  readonly typeOnly: boolean;
}

const STATEMENT = /^\s*(?:import|export)\s(?:([^"';]*?)\sfrom\s)?["']([^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["'`]([^"'`]+)["'`]/g;

/** What a file imports, types included. */
export function importsOf(text: string): Import[] {
  const imports: Import[] = [];
  for (const [, what = "", from = ""] of text.matchAll(STATEMENT)) {
    const named = /^\{([^}]*)\}$/s.exec(what.trim())?.[1];
    const names = named?.split(",").map((name) => name.trim());
    const allTypes = names?.filter((name) => name !== "").every((name) => name.startsWith("type ")) ?? false;
    imports.push({ from, typeOnly: /^type\s/.test(what.trim()) || allTypes });
  }
  for (const [, from = ""] of text.matchAll(DYNAMIC)) imports.push({ from, typeOnly: false });
  return imports;
}

/** The imports that break the table, each in words. */
export function brokenImports({ path, text }: SourceFile): string[] {
  const own = ROOMS.find(({ folder }) => path.startsWith(folder));
  if (own === undefined) return [];
  return importsOf(text).flatMap(({ from, typeOnly }) => {
    if (!from.startsWith(".")) return own.outside ? [] : [`${path}: ${own.name} imports ${from} from outside`];
    const target = posix.join(posix.dirname(path), from);
    const allowed = typeOnly ? [...own.code, ...own.types] : own.code;
    return allowed.some((folder) => target.startsWith(folder)) ? [] : [`${path}: ${own.name} imports ${target}`];
  });
}
