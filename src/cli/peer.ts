import { type Command, Option } from "commander";
import { summarizeChunkIds } from "../core/content/chunk-ids.ts";
import { ORIGINAL } from "../core/limits.ts";
import { type Address, formatAddress } from "../core/wire/address.ts";
import type { Dialect } from "../core/wire/datagram/message.ts";
import type { RunningPeer } from "../original/peer-process.ts";
import { addressesArgument, allowPublicOption, dialectOption, listenArgument, wholeNumber } from "./arguments.ts";
import type { CommandContext } from "./main.ts";

interface PeerFlags {
  readonly ttl: number;
  readonly allowPublic?: boolean;
  readonly dialect: Dialect;
  readonly logLevel: string;
  readonly json?: boolean;
}

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

const EXAMPLES = `
Examples:
  cardume peer 127.0.0.1:5001 key-values-files_peer1 127.0.0.1:5003 127.0.0.1:5002
  cardume peer 192.168.1.10:5001 my-chunks --log-level debug

The key-values file has one chunk a line, "ID: path/to/file" or "ID: path#bytes=first-last"; paths are relative to
where the peer is started. SIGHUP makes the peer read it again; SIGINT and SIGTERM stop it.

Exit code: 0 stopped, 2 wrong use (a key-values file that cannot be read among it), 5 the machine refused (port in use).`;

/** `cardume peer`: runs a peer of the original network until it is stopped. */
export function addPeer(program: Command, _context: CommandContext): void {
  program
    .command("peer")
    .description("run a peer of the original network")
    .argument("<ip:port>", "where it listens", listenArgument)
    .argument("<key-values-file>", "which chunks it holds, and where they are")
    .argument("[neighbours...]", "the ip:port of each neighbour", addressesArgument)
    .option("--ttl <hops>", "hop limit of queries", wholeNumber(1, 255), ORIGINAL.maxTtlHops)
    .addOption(allowPublicOption())
    .addOption(dialectOption())
    .addOption(new Option("--log-level <level>", "what is logged, to standard error").choices(LEVELS).default("info"))
    .option("--json", "print one JSON object per event")
    .addHelpText("after", EXAMPLES)
    .action(async (listen: Address, keyValuesFile: string, neighbours: Address[] | undefined, flags: PeerFlags) => {
      await runPeer(listen, keyValuesFile, neighbours ?? [], flags);
    });
}

async function runPeer(
  listen: Address,
  keyValuesFile: string,
  neighbours: readonly Address[],
  flags: PeerFlags,
): Promise<void> {
  const { destination, pino } = await import("pino");
  const { startPeer } = await import("../original/peer-process.ts");
  const output = destination({ fd: 2, sync: true });
  output.on("error", () => {}); // a log that cannot be written costs the log, not the peer
  const log = pino({ name: "peer", level: flags.logLevel }, output);
  const { promise: stopped, resolve: stop } = Promise.withResolvers<string>();
  const interrupt = (name: string): void => stop(name);
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  let reload = (): void => {}; // until it runs, there is nothing to read again
  process.on("SIGHUP", () => reload());
  const peer = await startPeer({
    listen,
    keyValuesFile,
    neighbours,
    ttlHops: flags.ttl,
    allowPublic: flags.allowPublic === true,
    dialect: flags.dialect,
    log,
  });
  reload = () => {
    peer.reload().then(
      () => log.info({ chunks: peer.holdings.size }, "key-values file read again"),
      (error: Error) => log.error({ reason: error.message }, "key-values file not read again; what was held stays"),
    );
  };
  announce(peer, neighbours, flags.json === true);
  const signal = await stopped;
  peer.stop();
  // The listeners stay: the launcher may pass on a second Ctrl-C while this process ends.
  const counted = { signal, ...peer.counters, undecodable: peer.undecodable, sendErrors: peer.sendErrors };
  log.info(counted, "peer stopped");
  if (flags.json === true) process.stdout.write(`${JSON.stringify({ event: "stopped", ...counted })}\n`);
}

function announce(peer: RunningPeer, neighbours: readonly Address[], json: boolean): void {
  const held = [...peer.holdings].sort((a, b) => a - b);
  const address = formatAddress(peer.address);
  const names = neighbours.map(formatAddress);
  const text = json
    ? JSON.stringify({ event: "listening", address, chunks: held, neighbours: names })
    : [
        `peer ${address} is listening`,
        `holds ${held.length === 1 ? "1 chunk" : `${held.length} chunks`}${held.length > 0 ? `: ${summarizeChunkIds(held)}` : ""}`,
        `neighbours: ${names.length > 0 ? names.join(", ") : "none"}`,
      ].join("\n");
  process.stdout.write(`${text}\n`);
}
