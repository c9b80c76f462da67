import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { connectToNode } from "../../src/gateway/connect.ts";
import { listenOnControlSocket } from "../../src/gateway/control-socket.ts";
import { serveNode } from "../unit/gateway/served-node.ts";
import { tempFolder } from "../unit/support/temp-folder.ts";

const modeOf = (path: string): number => statSync(path).mode & 0o777;

const listening = (server: Server, path: string): Promise<void> =>
  new Promise((resolve) => server.listen(path, resolve));

/** Deeper than any socket's path may be. */
function deepFolder(): string {
  const folder = join(tempFolder(), "long-".repeat(20), "data");
  mkdirSync(folder, { recursive: true });
  return folder;
}

describe("the control socket", () => {
  test("is its owner's alone, in the data folder, and gone with the node", async () => {
    const folder = join(tempFolder(), "data");
    const { control } = await serveNode(folder);
    expect(control.path).toBe(join(folder, "control.sock"));
    expect([modeOf(control.path), statSync(control.path).isSocket()]).toEqual([0o600, true]);
    expect(readdirSync(folder).filter((name) => name.startsWith("cardume-control"))).toEqual([]);
    await control.close();
    expect(existsSync(control.path)).toBe(false);
    expect(await connectToNode(folder)).toBeUndefined();
  });

  test("of a node that was killed is replaced, and until then nobody's", async () => {
    const folder = tempFolder();
    const server = createServer();
    const left = await listenOnControlSocket(folder, (path) => listening(server, path));
    // Closed without a word to the one who gave it its name: as after a kill, nobody listens there.
    server.close();
    expect(existsSync(left.path)).toBe(true);
    expect(await connectToNode(folder)).toBeUndefined();
    const { control } = await serveNode(folder);
    const running = await connectToNode(folder);
    expect([control.path, running?.pid]).toEqual([left.path, process.pid]);
    await running?.library.close();
  });

  test("is elsewhere when its path would be too long, and found by the file that names it", async () => {
    const folder = deepFolder();
    const { control } = await serveNode(folder);
    expect(readFileSync(join(folder, "control.path"), "utf8")).toBe(`${control.path}\n`);
    expect([modeOf(control.path), modeOf(dirname(control.path)), modeOf(join(folder, "control.path"))]).toEqual([
      0o600, 0o700, 0o600,
    ]);
    const running = await connectToNode(folder);
    expect((await running?.node.status())?.name).toBe("sala");
    await running?.library.close();
    await control.close();
    expect([existsSync(dirname(control.path)), existsSync(join(folder, "control.path"))]).toEqual([false, false]);
  });

  test("takes nothing away that a pointer names and that is not its own", async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, "precious"), "x");
    writeFileSync(join(folder, "control.path"), `${join(folder, "precious")}\n`);
    const { control } = await serveNode(folder);
    expect([existsSync(join(folder, "precious")), control.path]).toEqual([true, join(folder, "control.sock")]);
  });

  test("of which somebody listens who is no node is an error, not a wrong answer", async () => {
    const folder = tempFolder();
    const server = createServer((client) => {
      client.on("error", () => {});
      client.end("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    });
    const socket = await listenOnControlSocket(folder, (path) => listening(server, path));
    await expect(connectToNode(folder)).rejects.toMatchObject({ name: "CardumeError", code: "answer-invalid" });
    await socket.remove();
    server.close();
  });
});
