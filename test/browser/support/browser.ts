import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { type Browser, chromium } from "playwright-core";
import { test as base, inject, onTestFinished, type TestAPI } from "vitest";
import { requirement } from "../../integration/support/requirement.ts";

/** Where the name leads whose owner moves it. */
const REBOUND_ADDRESS = "127.0.0.2";

/** Names that lead to this machine; all others lead nowhere. */
const NAMES = ["evil.example 127.0.0.1", `rebound.example ${REBOUND_ADDRESS}`];

const RULES = [...NAMES.map((name) => `MAP ${name}`), "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1", "EXCLUDE localhost"];

/** Starts a Chromium that knows this machine only. */
const launch = (): Promise<Browser> =>
  chromium.launch({
    executablePath: inject("chromium"),
    args: ["--no-sandbox", `--host-resolver-rules=${RULES.join(", ")}`],
  });

/** A test with a browser, which is closed after it. */
export const test: TestAPI<{ browser: Browser }> = base.extend<{ browser: Browser }>({
  browser: async ({ task, skip }, use) => {
    requirement({ task, skip }, inject("chromium") === "" ? "chromium" : undefined);
    const browser = await launch();
    await use(browser);
    await browser.close();
  },
});

/** Somebody else's server on this machine. @returns its port */
export async function serveStranger(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/**
 * The address to which `rebound.example` leads, with a gateway's port: it leads to a stranger's server first, and when its
 * owner moves it, to the gateway. @returns moves it
 */
export async function rebinding(strangerPort: number, gatewayPort: number): Promise<() => void> {
  let port = strangerPort;
  const server = createTcpServer((socket) => {
    const on = connect(port, "127.0.0.1");
    for (const one of [socket, on]) one.on("error", () => {});
    socket.pipe(on);
    on.pipe(socket);
    onTestFinished(() => void socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(gatewayPort, REBOUND_ADDRESS, resolve));
  onTestFinished(() => void server.close());
  return () => {
    port = gatewayPort;
  };
}
