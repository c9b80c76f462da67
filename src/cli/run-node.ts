import type { Logger } from "pino";
import { readConfig } from "../config.ts";
import { nodeOptions, webPlace } from "../config-node-options.ts";
import { toBase32 } from "../core/content/base32.ts";
import { labelOf } from "../core/content/label.ts";
import { type ControlServer, serveControl } from "../gateway/control-server.ts";
import { EventHub } from "../gateway/event-hub.ts";
import type { WebParts, WebServer } from "../gateway/web-server.ts";
import type { CardumeNode, FetchResult, NodeEvent } from "../node/node-types.ts";
import { openLibrary } from "../open-library.ts";
import { keepYoungGenerationSmall } from "../runtime/heap.ts";
import { dataFolder } from "../store/data-folder.ts";
import { EXIT } from "./exit-code.ts";
import { formatBytes } from "./format.ts";
import type { NodeFlags } from "./node-flags.ts";
import type { NodeGateway } from "./open-gateway.ts";
import { Output } from "./output.ts";
import { stopOnSignals } from "./stop-on-signals.ts";
import type { UpFlags } from "./up.ts";
import { hexOf } from "./video-json.ts";
import { titleText } from "./video-text.ts";
import { startNodeOf } from "./with-node.ts";

/** Runs a node as the command line orders it, until it is stopped. @returns the exit code */
export async function runNode({ data, json, logLevel, open }: UpFlags, nodeFlags: NodeFlags): Promise<number> {
  const folder = dataFolder(data);
  const config = await readConfig({ folder, flags: nodeFlags });
  const options = nodeOptions(config.settings);
  keepYoungGenerationSmall();
  const output = new Output(json === true);
  const log = await logTo(logLevel);
  const abort = new AbortController();
  const { signal } = abort;
  stopOnSignals(abort);
  const undo: (() => Promise<void>)[] = [];
  try {
    const onNotice = (text: string): void => log.warn(text);
    const library = await openLibrary({ folder, what: "cardume up", onNotice, signal });
    undo.unshift(() => library.close());
    // Others may come before it is ready: that is told first.
    const early: NodeEvent[] = [];
    let listener = (event: NodeEvent): void => void early.push(event);
    const node = await startNodeOf(library, options, (event) => listener(event));
    undo.unshift(() => node.close());
    const hub = new EventHub(node);
    const served = {
      ...{ node, hub, shutdown: () => abort.abort() },
      onBug: (error: unknown, request: string) =>
        log.error({ err: error, request }, "a request was answered with an error nobody expected"),
    };
    const place = webPlace(config);
    const gateway = place === undefined ? undefined : await gatewayOf({ ...served, place }, config.settings.posters);
    // Before the node: whoever plays has its videos open.
    if (gateway !== undefined) undo.unshift(() => gateway.close());
    const control = await serveControl(node, {
      ...served,
      giveLogin: () => gateway?.web.login(),
      gateway: gateway?.web.address ?? null,
      beforeRemove: gateway?.drop,
    });
    // After the node: whoever waits for a fetch is told how far it came.
    undo.splice(-1, 0, () => control.close());
    tellReady(node, control, gateway?.web, output);
    if (open === true) await openPage(gateway, output);
    listener = (event): void => {
      hub.told(event);
      tell(event, output, log);
    };
    for (const event of early) listener(event);
    await aborted(signal);
    log.info("stopping");
    return EXIT.done;
  } catch (error) {
    // Stopped while it was starting: that is no failure either.
    if (signal.aborted) return EXIT.done;
    throw error;
  } finally {
    for (const one of undo) await one();
  }
}

async function logTo(level: string): Promise<Logger> {
  const { destination, pino } = await import("pino");
  const stream = destination({ fd: 2, sync: true });
  stream.on("error", () => {}); // a log that cannot be written costs the log, not the node
  return pino({ name: "cardume", level }, stream);
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

/** Opens the page, logged in. A desktop without a browser is told the address. */
async function openPage(gateway: NodeGateway | undefined, output: Output): Promise<void> {
  const login = gateway?.web.login();
  if (login === undefined) {
    output.remark("there is no page to open: the gateway is off (--http)");
    return;
  }
  const { openInBrowser } = await import("./watch-player.ts");
  await openInBrowser(login.url).catch((error: Error) => output.remark(`${error.message}: open ${login.url}`));
}

/** Its modules are loaded here, and nowhere else. */
async function gatewayOf(parts: Omit<WebParts, "routes">, posters: boolean): Promise<NodeGateway> {
  const { openGateway } = await import("./open-gateway.ts");
  return openGateway(parts, { posters, resume: true });
}

function tellReady(node: CardumeNode, { path }: ControlServer, web: WebServer | undefined, output: Output): void {
  const addresses = node.addresses();
  const { name } = node.status();
  if (web !== undefined) output.remark(`gateway: ${web.address}`);
  output.result(
    `ready: others join this node with --join ${bestFor(addresses) ?? "one of its addresses, of which it has none yet"}`,
    {
      ...{ event: "ready", peerId: node.peerId, name, addresses, control: path, pid: process.pid },
      gateway: web?.address ?? null,
    },
  );
}

/** The address that most others can use: not this machine's own, IPv4 before IPv6. */
export const bestFor = (addresses: readonly string[]): string | undefined =>
  addresses.find((one) => one.startsWith("/ip4/") && !one.startsWith("/ip4/127.")) ??
  addresses.find((one) => !/^\/(ip4\/127\.|ip6\/(::1|fe80:))/.test(one)) ??
  addresses[0];

const LOG_LEVELS = { debug: "debug", info: "info", warn: "warn", error: "error" } as const;

function tell(event: NodeEvent, output: Output, log: Logger): void {
  if (event.type === "log") log[LOG_LEVELS[event.level]](event.details ?? {}, event.text);
  else if (event.type === "neighbour") {
    const { change, peer, name, address } = event;
    const who = labelOf(name) === "" ? peer : `${labelOf(name)} (${peer})`;
    output.result(`neighbour ${change}: ${who}${change === "came" ? ` at ${address}` : ""}`, {
      ...{ event: "neighbour", change, peer, name, address },
    });
  } else tellEnd(event.result, output);
}

function tellEnd({ outcome, progress }: FetchResult, output: Output): void {
  const { id, title, bytes, receivedBytes } = progress;
  const what = `${toBase32(id).slice(0, 8)}  ${titleText(title)}  ${formatBytes(bytes)}`;
  output.result(`fetch ended: ${outcome}  ${what}`, {
    ...{ event: "fetch-ended", outcome, id: hexOf(id), title, bytes, receivedBytes },
  });
}
