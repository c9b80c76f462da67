import { expect, test } from "vitest";
import { readText } from "../support/source-files.ts";

interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Dependencies of a package that are not one exact version, or a folder of this repository. */
function loose(text: string): string[] {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(text) as PackageJson;
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
    .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$|^file:[\w./-]+$/.test(version))
    .map(([name, version]) => `${name} ${version}`);
}

test("every dependency is pinned to one version", () => {
  expect(loose(readText("package.json"))).toEqual([]);
  expect(loose(readText("tools/node-runtime/package.json"))).toEqual([]);
});

test("a range, a tag and a URL are no pins", () => {
  const dependencies = { a: "^1.2.3", b: "latest", c: "https://example.org/c.tgz", d: "1.2", e: "*", f: "1.2.3" };
  expect(loose(JSON.stringify({ dependencies }))).toHaveLength(5);
});

test("the lock names no host: it is as good behind another registry", () => {
  const lock = readText("package-lock.json");
  expect(lock).toContain('"lockfileVersion": 3');
  expect(lock).not.toMatch(/"resolved": "https?:/);
});

test("the lock has a checksum for everything that comes from a registry", () => {
  const { packages } = JSON.parse(readText("package-lock.json")) as {
    packages: Record<string, { version?: string; integrity?: string; link?: boolean; inBundle?: boolean }>;
  };
  const bare = Object.entries(packages).filter(
    ([path, { integrity, link, inBundle }]) =>
      path.includes("node_modules/") && link !== true && inBundle !== true && integrity === undefined,
  );
  expect(bare.map(([path]) => path)).toEqual([]);
});
