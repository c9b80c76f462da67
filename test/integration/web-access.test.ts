import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Routes } from "../../src/gateway/api-server.ts";
import { readToken } from "../../src/gateway/token-file.ts";
import { ALLOWED_HOSTS, REFUSED_HOSTS } from "../unit/gateway/host-table.ts";
import type { RawAnswer } from "../unit/gateway/served-node.ts";
import { askOn, change, type ServedWeb, servedWeb } from "../unit/gateway/served-web.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";

const codeOf = ({ text }: RawAnswer): unknown => (JSON.parse(text) as { code: unknown }).code;

/** Media and a page, as others will add them. */
const ROUTES: Routes = (server) => {
  server.get("/v/:id/:name", (_request, reply) => reply.type("video/mp4").send("film"));
  server.get("/", { config: { isPublic: true } }, (_request, reply) => reply.type("text/html").send("<p>page"));
};

type Row = readonly [what: string, headers: (served: ServedWeb) => Record<string, string>, outcome: number];
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
const origin = ({ web }: ServedWeb): string => web.address.slice(0, -1);
const rows: readonly Row[] = [
  ["a program with the token", ({ token }) => bearer(token), 200],
  ["our own page with the token", (one) => ({ ...bearer(one.token), origin: origin(one) }), 200],
  ["our own page, as browsers say it", ({ token }) => ({ ...bearer(token), "sec-fetch-site": "same-origin" }), 200],
  ["a scheme in other letters", ({ token }) => ({ authorization: `bEARER ${token}` }), 200],
  ["a program without it", () => ({}), 401],
  ["our own page without it", (one) => ({ origin: origin(one), "sec-fetch-site": "same-origin" }), 401],
  ["a wrong token", () => bearer("A".repeat(43)), 401],
  ["half of the token", ({ token }) => bearer(token.slice(0, 20)), 401],
  ["the token and more", ({ token }) => bearer(`${token}A`), 401],
  ["an empty token", () => ({ authorization: "Bearer " }), 401],
  ["the token as a password", ({ token }) => ({ authorization: `Basic ${btoa(`x:${token}`)}` }), 401],
  ["the token in a cookie", ({ token, web }) => ({ cookie: `cardume-${web.port}=${token}` }), 401],
  [
    "somebody else's page, even with the token",
    ({ token }) => ({ ...bearer(token), origin: "http://evil.example" }),
    403,
  ],
  ["another port's page", ({ token }) => ({ ...bearer(token), origin: "http://127.0.0.1:1" }), 403],
  [
    "another port's page, as browsers say it",
    ({ token }) => ({ ...bearer(token), "sec-fetch-site": "same-site" }),
    403,
  ],
  [
    "somebody else's page, as browsers say it",
    ({ token }) => ({ ...bearer(token), "sec-fetch-site": "cross-site" }),
    403,
  ],
  ["a page without an origin", ({ token }) => ({ ...bearer(token), origin: "null" }), 403],
  ["what no change can be", ({ token }) => ({ ...bearer(token), "sec-fetch-site": "none" }), 403],
];

describe("a change over TCP", () => {
  test.for(rows)("%s: %s", async ([, headers, outcome]) => {
    const served = await servedWeb();
    const asked = change("/api/v1/peers", headers(served), { address: "10.0.0.1:1" });
    const answer = await askOn(served.web, asked);
    expect(answer.status, answer.text).toBe(outcome);
    expect(served.node.asked).toEqual(outcome === 200 ? ["join 10.0.0.1:1"] : []);
    if (outcome === 401) expect(answer.headers["www-authenticate"]).toBe('Bearer realm="cardume"');
    expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect(answer.text).not.toContain(served.token);
  });

  test("needs the token on every path that changes anything, and none of them goes by GET", async () => {
    const served = await servedWeb();
    const { paths } = JSON.parse((await askOn(served.web, { path: "/api/v1/openapi.json" })).text) as {
      paths: Record<string, Record<string, object>>;
    };
    const changes = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations)
        .filter((method) => method !== "get")
        .map((method) => [method.toUpperCase(), path.replace("{id}", "a".repeat(52))] as const),
    );
    expect(changes.length).toBeGreaterThan(8);
    for (const [method, path] of changes) {
      const { status } = await askOn(served.web, { ...change(path), method });
      expect([method, path, status]).toEqual([
        method,
        path,
        path === "/api/v1/session" && method === "POST" ? 403 : 401,
      ]);
    }
    for (const path of ["/api/v1/shutdown", "/api/v1/peers", "/api/v1/logins"])
      expect((await askOn(served.web, { path })).status).toBe(405);
    expect([served.shutdowns, served.node.asked, served.bugs]).toEqual([0, [], []]);
  });
});

describe("the token", () => {
  test("is its owner's alone, 32 random bytes, and the same at the next start", async () => {
    const { folder, token } = await servedWeb();
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(statSync(join(folder, "token")).mode & 0o777).toBe(0o600);
    expect(await readToken(folder)).toBe(token);
    expect(await readToken(tempFolder())).not.toBe(token);
  });

  test("that others could read is replaced", async () => {
    const folder = tempFolder();
    const token = await readToken(folder);
    chmodSync(join(folder, "token"), 0o644);
    const renewed = await readToken(folder);
    expect(renewed).not.toBe(token);
    expect(statSync(join(folder, "token")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, "token"), "utf8")).toBe(`${renewed}\n`);
  });

  test("is not taken from what is none: too short, too long, a folder, a link", async () => {
    const folder = tempFolder();
    const path = join(folder, "token");
    for (const put of [
      () => writeFileSync(path, "short\n", { mode: 0o600 }),
      () => writeFileSync(path, "A".repeat(1000), { mode: 0o600 }),
      () => mkdirSync(path),
      () => symlinkSync("/dev/zero", path),
    ]) {
      put();
      await expect(readToken(folder)).rejects.toMatchObject({ code: "token-invalid", exitCode: 5 });
      rmSync(path, { recursive: true });
    }
  });
});

describe("a browser's login", () => {
  test("is given out to who has the token, good once, and makes a key for changes and a cookie for reading", async () => {
    const { web, token, node } = await servedWeb();
    const given = await askOn(web, change("/api/v1/logins", { authorization: `Bearer ${token}` }));
    const { url, code } = JSON.parse(given.text) as { url: string; code: string };
    expect(url).toBe(`${web.address}#login=${code}`);
    const begun = await askOn(web, change("/api/v1/session", { "sec-fetch-site": "same-origin" }, { code }));
    expect(begun.headers["set-cookie"]).toEqual([
      expect.stringMatching(
        new RegExp(`^cardume-${web.port}=\\S+; Max-Age=2592000; Path=/; HttpOnly; SameSite=Strict$`),
      ),
    ]);
    const { key } = JSON.parse(begun.text) as { key: string };
    const joinWith = (headers: Record<string, string>): Promise<RawAnswer> =>
      askOn(web, change("/api/v1/peers", headers, { address: "10.0.0.1:1" }));
    expect((await joinWith({ authorization: `Bearer ${key}` })).status).toBe(200);
    const [cookie = ""] = begun.headers["set-cookie"]?.[0]?.split(";") ?? [];
    expect((await joinWith({ cookie })).status).toBe(401);
    expect((await joinWith({ authorization: `Bearer ${cookie.split("=")[1]}` })).status).toBe(401);
    expect(node.asked).toEqual(["join 10.0.0.1:1"]);
    const again = await askOn(web, change("/api/v1/session", {}, { code }));
    expect([again.status, codeOf(again), again.headers["set-cookie"]]).toEqual([403, "login-wrong", undefined]);
  });

  test("is not begun by somebody else's page", async () => {
    const { web } = await servedWeb();
    const { code } = web.login() ?? { code: "" };
    const cross = await askOn(web, change("/api/v1/session", { origin: "http://evil.example" }, { code }));
    expect([cross.status, cross.headers["set-cookie"]]).toEqual([403, undefined]);
    expect((await askOn(web, change("/api/v1/session", {}, { code }))).status).toBe(200);
  });
});

describe("reading", () => {
  test("is free for this machine, but not for somebody else's page; its media are for everybody", async () => {
    const { web } = await servedWeb({ routes: [ROUTES] });
    const cross = { origin: "http://evil.example", "sec-fetch-site": "cross-site" };
    const status = async (path: string, headers: Record<string, string> = {}): Promise<number> =>
      (await askOn(web, { path, headers })).status;
    for (const path of ["/api/v1/status", "/metrics", "/healthz", "/api/v1/openapi.json", "/api/v1/nothing"]) {
      expect([path, await status(path)]).toEqual([path, path.endsWith("nothing") ? 404 : 200]);
      expect([path, await status(path, cross)]).toEqual([path, 403]);
      expect([path, await status(path, { "sec-fetch-site": "same-site" })]).toEqual([path, 403]);
    }
    // However it is written.
    for (const path of ["/%61pi/v1/status", "/ap%69/v1/status", "/%6Detrics"])
      expect(await status(path, cross)).toBe(403);
    expect([await status("/v/x/film.mp4", cross), await status("/", { "sec-fetch-site": "cross-site" })]).toEqual([
      200, 200,
    ]);
  });

  test("needs the token where others can reach the gateway, media too: as a bearer, a password or a cookie", async () => {
    const { web, token } = await servedWeb({ place: { host: "0.0.0.0" }, routes: [ROUTES] });
    const paths = ["/api/v1/status", "/api/v1/videos", "/metrics", "/healthz", "/v/x/film.mp4", "/nothing"];
    const session = await askOn(web, change("/api/v1/session", { authorization: `Bearer ${token}` }));
    const [cookie = ""] = session.headers["set-cookie"]?.[0]?.split(";") ?? [];
    for (const path of paths) {
      const good = path === "/nothing" ? 404 : 200;
      for (const [headers, status] of [
        [{}, 401],
        [{ cookie: "cardume=1; x=2" }, 401],
        [{ cookie: `${cookie.slice(0, -1)}~` }, 401],
        [{ authorization: `Basic ${btoa("x:wrong")}` }, 401],
        [{ authorization: `Bearer ${token}` }, good],
        [{ authorization: `Basic ${btoa(`x:${token}`)}` }, good],
        [{ cookie: `cardume-${web.port}=planted; a=b; ${cookie}` }, good],
      ] as const)
        expect([path, headers, (await askOn(web, { path, headers })).status]).toEqual([path, headers, status]);
    }
    expect((await askOn(web, { path: "/" })).text, "the page itself gives nothing away").toBe("<p>page");
  });
});

describe("the Host", () => {
  test("is looked at before anything else, on every path and by every method", async () => {
    const { web, token, node, library } = await servedWeb({ routes: [ROUTES] });
    const headers = { host: `rebound.example:${web.port}`, authorization: `Bearer ${token}` };
    const paths = [
      "/",
      "/v/x/film.mp4",
      "/api/v1/status",
      "/api/v1/peers",
      "/metrics",
      "/nothing",
      "/%zz",
      "/api/v1/events",
    ];
    for (const path of paths)
      for (const method of ["GET", "HEAD", "POST", "DELETE", "OPTIONS"]) {
        const answer = await askOn(web, { method, path, headers });
        expect([method, path, answer.status]).toEqual([method, path, 403]);
        if (method !== "HEAD") expect(codeOf(answer)).toBe("host-refused");
        expect(answer.headers["x-content-type-options"]).toBe("nosniff");
      }
    expect([node.asked, await library.list()]).toEqual([[], []]);
  });

  test("is read from the wire as the table says", async () => {
    const { web } = await servedWeb();
    const onPort = (host: string): string => host.replaceAll("8420", String(web.port));
    for (const [hosts, isGood] of [
      [ALLOWED_HOSTS, true],
      [REFUSED_HOSTS, false],
    ] as const)
      for (const host of hosts) {
        // Beyond Latin-1, a header's bytes are what they are in UTF-8.
        const status = await rawStatus(
          web.port,
          `GET /healthz HTTP/1.1\r\nHost: ${onPort(host)}\r\nConnection: close\r\n\r\n`,
        );
        const outcome = isGood || host.trim() === "localhost:8420" ? [200] : [400, 403];
        expect([host, outcome]).toEqual([host, expect.arrayContaining([status])]);
      }
  });

  test("is needed once, with a path as the target", async () => {
    const { web } = await servedWeb();
    const own = `Host: 127.0.0.1:${web.port}\r\n`;
    for (const [text, status] of [
      [`GET /healthz HTTP/1.1\r\n${own}Connection: close\r\n\r\n`, 200],
      [`GET /healthz HTTP/1.1\r\n${own}Host: evil.example\r\nConnection: close\r\n\r\n`, 403],
      [`GET /healthz HTTP/1.1\r\nHost: evil.example\r\n${own}Connection: close\r\n\r\n`, 403],
      ["GET /healthz HTTP/1.0\r\n\r\n", 403],
      ["GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
      [`GET http://evil.example/healthz HTTP/1.1\r\n${own}Connection: close\r\n\r\n`, 400],
      [`OPTIONS * HTTP/1.1\r\n${own}Connection: close\r\n\r\n`, 400],
      ["nonsense\r\n\r\n", 400],
      [`GET /healthz HTTP/1.1\r\n${own}X: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ] as const)
      expect([text.slice(0, 60), await rawStatus(web.port, text)]).toEqual([text.slice(0, 60), status]);
  });
});

/** The status of the answer to these very bytes. */
function rawStatus(port: number, text: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let answer = "";
  const socket = connect(port, "127.0.0.1", () => socket.write(text));
  socket.setEncoding("latin1");
  socket.on("data", (part: string) => {
    answer += part;
  });
  socket.on("error", reject);
  socket.on("close", () => resolve(Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? 0)));
  return promise;
}

describe("headers", () => {
  const NEVER = ["access-control-allow-credentials", "server", "x-powered-by"];

  test("of a page keep scripts to its own files, and the page out of frames", async () => {
    const { web } = await servedWeb({ routes: [ROUTES] });
    for (const path of ["/", "/nothing"]) {
      const { headers } = await askOn(web, { path });
      expect(headers["content-security-policy"]).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; " +
          "media-src 'self' blob:; connect-src 'self'; font-src 'self'; worker-src 'self' blob:; " +
          "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      );
      expect(headers).toMatchObject({ ...COMMON, "cross-origin-resource-policy": "same-origin" });
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control") || NEVER.includes(name))).toEqual(
        [],
      );
    }
  });

  test("of the API forbid keeping and showing, also of errors", async () => {
    const { web } = await servedWeb();
    for (const path of [
      "/api/v1/status",
      "/api/v1/videos",
      "/api/v1/nothing",
      "/metrics",
      "/healthz",
      "/api/v1/videos/x",
    ]) {
      const { headers } = await askOn(web, { path });
      expect(headers).toMatchObject({
        ...COMMON,
        "cache-control": "no-store",
        "cross-origin-resource-policy": "same-origin",
        "content-security-policy": expect.stringMatching(/^default-src 'none'; frame-ancestors 'none'.*sandbox$/),
      });
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control") || NEVER.includes(name))).toEqual(
        [],
      );
    }
  });

  test("of media let everybody read, without credentials, and make them inert", async () => {
    const { web } = await servedWeb({ routes: [ROUTES] });
    for (const path of ["/v/x/film.mp4", "/v/nothing"]) {
      const { headers } = await askOn(web, { path, headers: { origin: "http://evil.example" } });
      expect(headers).toMatchObject({
        ...COMMON,
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "content-security-policy": expect.stringMatching(/^sandbox; default-src 'none'/),
      });
      expect(Object.keys(headers).filter((name) => NEVER.includes(name))).toEqual([]);
    }
  });
});

const COMMON = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
};
