import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { toBase32 } from "../../../../src/core/content/base32.ts";
import { formatLink, isLinkProblem, type Link, parseLink } from "../../../../src/core/content/link.ts";
import type { Sha256 } from "../../../../src/core/content/merkle.ts";

const sha256: Sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const ID = sha256(Uint8Array.of(1));
const FULL: Link = {
  id: ID,
  bytes: 734_003_200,
  name: "Férias (2024) & o mar.mp4",
  publisher: sha256(Uint8Array.of(2)),
  peers: ["/ip4/192.168.1.10/tcp/4001/p2p/12D3KooWx", "/dns4/peer.example/tcp/4001"],
};
const TEXT = formatLink(FULL, sha256);

const problemOf = (text: string): string => {
  const read = parseLink(text, sha256);
  if (!isLinkProblem(read)) throw new Error(`was read: ${text}`);
  return read.code;
};

test("a link says what was put in, in ASCII without anything that ends a link in a chat", () => {
  expect(parseLink(TEXT, sha256)).toEqual({
    ...FULL,
    id: new Uint8Array(ID),
    publisher: new Uint8Array(FULL.publisher as Uint8Array),
  });
  expect(TEXT).toMatch(/^cardume:[a-z2-7]{52}\?[A-Za-z0-9%&=]+&c=[a-z2-7]{4}$/);
});

test("the id alone makes a link", () => {
  expect(parseLink(formatLink({ id: ID, peers: [] }, sha256), sha256)).toEqual({ id: new Uint8Array(ID), peers: [] });
});

describe("a link is read", () => {
  test.each<[string, string]>([
    ["with white space around it", `  ${TEXT}\n`],
    ["in angle brackets", `<${TEXT}>`],
    ["in quotes", `"${TEXT}"`],
    ["with a full stop behind it", `${TEXT}.`],
    ["with words behind it", `${TEXT} – look at this!`],
    ["with its ampersands escaped", TEXT.replaceAll("&", "&amp;")],
    ["broken over two lines", `${TEXT.slice(0, 70)}\n  ${TEXT.slice(70)}`],
  ])("%s", (_how, text) => {
    expect(parseLink(text, sha256)).toMatchObject({ bytes: FULL.bytes, name: FULL.name });
  });
});

test("every truncation and every changed character is noticed", () => {
  for (let length = "cardume:".length; length < TEXT.length; length++)
    expect(problemOf(TEXT.slice(0, length))).toBe("link-truncated");
  for (let at = "cardume:".length; at < TEXT.length; at++) {
    const other = TEXT[at] === "b" ? "d" : "b";
    expect(isLinkProblem(parseLink(`${TEXT.slice(0, at)}${other}${TEXT.slice(at + 1)}`, sha256))).toBe(true);
  }
});

/** A text with the right check behind it. */
const checked = (text: string): string => `${text}&c=${toBase32(sha256(Buffer.from(text, "latin1"))).slice(0, 4)}`;

test("unknown fields are passed over, so that a later version's links work", () => {
  expect(parseLink(checked(`cardume:${toBase32(ID)}?x=1&s=100&__proto__=1&zz`), sha256)).toEqual({
    id: new Uint8Array(ID),
    bytes: 100,
    peers: [],
  });
});

describe("not a link, in words", () => {
  test.each<[string, string]>([
    ["another scheme", "magnet:?xt=1"],
    ["an id of the wrong length", checked("cardume:abcd?s=1")],
    ["an id with bits left over", checked(`cardume:${toBase32(ID).slice(0, 51)}7?s=1`)],
    ["a size that is none", checked(`cardume:${toBase32(ID)}?s=1e9`)],
    ["a size that no video has", checked(`cardume:${toBase32(ID)}?s=64`)],
    ["a publisher that is none", checked(`cardume:${toBase32(ID)}?by=abc`)],
    ["a broken escape", checked(`cardume:${toBase32(ID)}?n=%zz`)],
    ["a very long text", `${TEXT}${" ".repeat(20_000)}`],
  ])("%s", (_what, text) => {
    expect(problemOf(text)).toBe("link-invalid");
  });
});

test("a name comes out as a label: one line, no controls, nothing that turns the text's direction", () => {
  const link = parseLink(
    checked(`cardume:${toBase32(ID)}?n=${encodeURIComponent("a\u0000b\u202Egpj.exe\n\u200Bz")}`),
    sha256,
  );
  expect(link).toMatchObject({ name: "a b gpj.exe z" });
});
