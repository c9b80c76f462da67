import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { toBase32 } from "../../src/core/content/base32.ts";
import { connectToNode } from "../../src/gateway/connect.ts";
import { serveControl } from "../../src/gateway/control-server.ts";
import { connectedPeer, foundVideo } from "../unit/gateway/scripted-node.ts";
import { linesIn } from "../unit/gateway/served-node.ts";
import { askOn, beginOn, change, type ServedWeb, servedWeb } from "../unit/gateway/served-web.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";
import { noise } from "./support/library-cli.ts";
import { addOne } from "./support/library-stage.ts";

type Part = Record<string, unknown>;
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, Part> };
}
interface Operation {
  readonly operationId: string;
  readonly responses: Record<string, { readonly content: Record<string, { readonly schema?: Part }> }>;
  readonly requestBody?: { readonly content: Record<string, { readonly schema: Part }> };
  readonly security?: readonly Part[];
}

const documentOf = async ({ web }: ServedWeb): Promise<Document> =>
  JSON.parse((await askOn(web, { path: "/api/v1/openapi.json" })).text) as Document;

/** Checks a value against a schema of the document, as a reader of the document would. */
function expectToFit(document: Document, schema: Part, value: unknown, what: string): void {
  const text = JSON.stringify(schema).replaceAll("#/components/schemas/", "#/$defs/");
  const $defs = JSON.parse(JSON.stringify(document.components.schemas).replaceAll("#/components/schemas/", "#/$defs/"));
  const check = z.fromJSONSchema({ ...JSON.parse(text), $defs });
  const read = check.safeParse(value);
  expect(read.success ? [] : [what, value, read.error.issues]).toEqual([]);
}

const schemaOf = (document: Document, path: string, method: string, status: string, type: string): Part => {
  const schema = document.paths[path]?.[method]?.responses[status]?.content[type]?.schema;
  if (schema === undefined) throw new Error(`the document has no ${method} ${path} ${status} ${type}`);
  return schema;
};

describe("the OpenAPI document", () => {
  test("tells of every route, and of no other", async () => {
    const registered: string[] = [];
    const served = await servedWeb({
      routes: [
        // Called when all routes of the API are registered.
        (server) => {
          for (const line of server.printRoutes({ commonPrefix: false }).split("\n")) registered.push(line);
        },
      ],
    });
    const { openapi, paths } = await documentOf(served);
    expect(openapi).toBe("3.1.1");
    const told = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`),
    );
    // It is registered behind the others.
    expect([...routesIn(registered), "GET /api/v1/openapi.json"].sort()).toEqual(told.sort());
    const ids = Object.values(paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("says what needs the token", async () => {
    const { paths } = await documentOf(await servedWeb());
    for (const operations of Object.values(paths))
      for (const [method, { security }] of Object.entries(operations))
        expect(security !== undefined).toBe(method !== "get");
  });
});

describe("what the OpenAPI document says", () => {
  test("is true of real answers", async () => {
    const served = await servedWeb();
    const { web, node, library, token } = served;
    const document = await documentOf(served);
    const path = join(tempFolder(), "Férias 1.mp4");
    writeFileSync(path, noise(50_000));
    node.peers = [connectedPeer(), connectedPeer({ roundTripMs: 12.5 })];
    node.answers = [foundVideo(new Uint8Array(32).fill(9))];
    const headers = { authorization: `Bearer ${token}` };
    const lines = async (url: string, told: string, method: "get" | "post", body?: object): Promise<void> => {
      const asked = body === undefined ? { path: url } : change(url, headers, body);
      const all = linesIn((await askOn(web, asked)).text);
      expect(all.length).toBeGreaterThan(0);
      const schema = schemaOf(document, told, method, "200", "application/x-ndjson");
      for (const line of all) expectToFit(document, schema, line, told);
    };
    await lines("/api/v1/videos", "/api/v1/videos", "post", { paths: [path, "/nowhere"] });
    await lines("/api/v1/videos", "/api/v1/videos", "get");
    await lines("/api/v1/find?words=ferias", "/api/v1/find", "get");
    const [video] = await library.list();
    const id = toBase32(video?.id ?? new Uint8Array());
    await lines(`/api/v1/videos/${id}/verify`, "/api/v1/videos/{id}/verify", "post", {});
    node.onFetch = (fetch) => fetch.end("missing", [1]);
    await lines("/api/v1/fetches", "/api/v1/fetches", "post", { id });

    const one = async (url: string, told: string, method = "get", status = 200): Promise<void> => {
      const asked =
        method === "get"
          ? { path: url }
          : method === "post"
            ? change(url, headers)
            : { method: "DELETE", path: url, headers };
      const answer = await askOn(web, asked);
      expect([url, answer.status]).toEqual([url, status]);
      expectToFit(
        document,
        schemaOf(document, told, method, String(status), "application/json"),
        JSON.parse(answer.text),
        told,
      );
    };
    for (const url of ["/api/v1/", "/api/v1/status", "/api/v1/fetches", "/healthz"]) await one(url, url);
    await one(`/api/v1/lookup?video=${id}`, "/api/v1/lookup");
    for (const more of ["", "/details", "/link"])
      await one(`/api/v1/videos/${id}${more}`, `/api/v1/videos/{id}${more}`);
    await one("/api/v1/logins", "/api/v1/logins", "post");
    await one("/api/v1/session", "/api/v1/session", "post");
    await one("/api/v1/session", "/api/v1/session", "delete");
    await one(`/api/v1/videos/${id}`, "/api/v1/videos/{id}", "delete");
    await one("/api/v1/shutdown", "/api/v1/shutdown", "post", 202);
    await expect.poll(() => served.shutdowns).toBe(1);
  });

  test("is true of errors, and a wrong value would be seen", async () => {
    const served = await servedWeb();
    const document = await documentOf(served);
    const problem = schemaOf(document, "/api/v1/status", "get", "default", "application/problem+json");
    for (const path of ["/api/v1/nothing", "/api/v1/videos/x", "/api/v1/find"]) {
      const answer = await askOn(served.web, { path });
      expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json/);
      expectToFit(document, problem, JSON.parse(answer.text), path);
      expect(JSON.parse(answer.text)).toMatchObject({ status: answer.status });
    }
    expect(() => expectToFit(document, problem, { code: 5 }, "planted")).toThrow();
    const status = schemaOf(document, "/api/v1/status", "get", "200", "application/json");
    expect(() => expectToFit(document, status, { peerId: "x" }, "planted")).toThrow();
  });
});

describe("the control socket", () => {
  test("has the same API, but for a browser's login", async () => {
    const served = await servedWeb();
    const { node, hub, library } = served;
    const control = await serveControl(node, {
      hub,
      shutdown: () => {},
      onBug: () => {},
      giveLogin: served.web.login,
      gateway: served.web.address,
    });
    onTestFinished(() => control.close());
    const { ask, json } = await import("../unit/gateway/served-node.ts");
    const local = JSON.parse((await ask(control.path, { path: "/openapi.json" })).text) as Document;
    const there = Object.keys((await documentOf(served)).paths);
    expect(there.filter((path) => !Object.hasOwn(local.paths, path))).toEqual(["/api/v1/session"]);
    // Who can open the socket lets a browser in, without a token.
    const { code } = JSON.parse((await ask(control.path, json("POST", "/logins", {}))).text) as { code: string };
    expect((await askOn(served.web, change("/api/v1/session", {}, { code }))).status).toBe(200);
    const running = await connectToNode(library.folder);
    expect([(await running?.node.status())?.name, running?.gateway]).toEqual(["sala", served.web.address]);
    expect(await running?.login()).toMatch(new RegExp(`^${served.web.address}#login=[\\w-]{22}$`));
    await running?.library.close();
  });
});

/** The routes that Fastify prints as `/path (GET, HEAD)`, in a tree. */
function routesIn(lines: readonly string[]): string[] {
  const path: string[] = [];
  return lines.flatMap((line) => {
    const match = /^([│ ]*)[├└]── (\S*)(?: \(([^)]+)\))?$/.exec(line);
    if (match === null) return [];
    const [, indent = "", name = "", methods = ""] = match;
    path.length = indent.length / 4;
    path.push(name);
    return methods === "" ? [] : methods.split(", ").map((method) => `${method} ${path.join("")}`);
  });
}

describe("metrics", () => {
  test("are Prometheus' text in base units, of what the node says at this moment", async () => {
    const { web, node, library } = await servedWeb();
    node.peers = [connectedPeer(), connectedPeer({ direction: "inbound", isNeighbour: false })];
    const path = join(tempFolder(), "film.mp4");
    writeFileSync(path, noise(50_000));
    await addOne(library, path);
    node.fetch({ id: new Uint8Array(32) });
    for (let times = 0; times < 2; times++) {
      const { headers, text } = await askOn(web, { path: "/metrics" });
      expect(headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
      expect(headers["cache-control"]).toBe("no-store");
      for (const line of [
        "cardume_uploaded_bytes_total 1500000",
        "cardume_downloaded_bytes_total 12",
        'cardume_events_total{cause="wrong-bytes"} 2',
        'cardume_peers{direction="inbound"} 1',
        'cardume_peers{direction="outbound"} 1',
        "cardume_neighbours 1",
        "cardume_known_peers 7",
        'cardume_library_videos{state="complete"} 1',
        "cardume_library_held_bytes 50000",
        'cardume_fetches{phase="finding"} 1',
        "cardume_event_loop_delay_p99_seconds 0.003",
        "cardume_start_time_seconds 1700000000",
      ])
        expect(text.split("\n")).toContain(line);
      expect(Number(/^cardume_resident_memory_bytes (\d+)$/m.exec(text)?.[1])).toBeGreaterThan(10_000_000);
      expect(text).toMatch(/^cardume_build_info\{version="[^"]+",node="\d+\.[^"]+"\} 1$/m);
      const names = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      expect(names.filter((line) => !line.startsWith("cardume_"))).toEqual([]);
      expect(text).not.toMatch(/_(ms|kb|mb|milliseconds)\b/);
      // Counters, and nothing else, are totals.
      const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = "", type]) => [
        name.endsWith("_total"),
        type === "counter",
      ]);
      expect(types.filter(([isTotal, isCounter]) => isTotal !== isCounter)).toEqual([]);
    }
  });

  test("and health: a node whose library does not answer is not well", async () => {
    const { web, library } = await servedWeb();
    expect(JSON.parse((await askOn(web, { path: "/healthz" })).text)).toMatchObject({ status: "ok" });
    library.list = () => Promise.reject(new Error("the disk /home/x is gone"));
    const { status, text } = await askOn(web, { path: "/healthz" });
    expect([status, text.includes("/home/x")]).toEqual([500, false]);
  });
});

describe("a port that is taken", () => {
  test("is an error when it was chosen, and another one is taken when nobody chose it", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    await expect(servedWeb({ place: { port } })).rejects.toMatchObject({ code: "port-in-use", exitCode: 5 });
    const { web } = await servedWeb({ place: { port, isPortOptional: true } });
    expect(web.port).not.toBe(port);
    expect((await askOn(web, { path: "/healthz" })).status).toBe(200);
  });

  test("is free again when the gateway closes, whatever is under way", async () => {
    const { web } = await servedWeb();
    const answer = await beginOn(web, { path: "/api/v1/events" });
    answer.on("error", () => {});
    const idle = connect(web.port, "127.0.0.1");
    idle.on("error", () => {});
    await web.close();
    const again = createServer();
    await new Promise<void>((resolve) => again.listen(web.port, "127.0.0.1", resolve));
    again.close();
    idle.destroy();
  });
});
