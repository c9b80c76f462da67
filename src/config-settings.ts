import { networkInterfaces } from "node:os";
import {
  type Reader,
  readAnnounce,
  readBoolean,
  readHostNames,
  readHttp,
  readJoin,
  readListen,
  readName,
  readPortOrNone,
  readRate,
  readWhole,
} from "./config-values.ts";

/** How a node runs, in the words of the configuration. */
export interface Settings {
  readonly name: string;
  readonly listen: readonly string[];
  readonly announce: readonly string[];
  readonly join: readonly string[];
  readonly mdns: boolean;
  readonly dht: boolean;
  readonly nat: boolean;
  readonly direct: boolean;
  readonly direct_port: number;
  readonly direct_announce_port: number | undefined;
  /** Bytes a second; 0 for no limit. */
  readonly upload_limit: number;
  readonly max_peers: number;
  /** Where the gateway listens: an address and a port (0 for any), or `off`. */
  readonly http: string;
  /** Names that the gateway may be called by, beside its own. */
  readonly http_hosts: readonly string[];
  /** Whether ffmpeg, where it is there, makes pictures of videos for the page. */
  readonly posters: boolean;
}

/** One setting: its key in a file is its name here. */
export interface Setting<Key extends keyof Settings = keyof Settings> {
  readonly read: Reader<Settings[Key]>;
  readonly builtIn: () => Settings[Key];
  /** How a flag of the command line is named for it, in an error. */
  readonly flag: string;
}

/** The port of Cardume nodes, unless told otherwise. */
export const DEFAULT_PORT = 4470;
/** Where the gateway is, unless told otherwise: for this machine alone. */
const DEFAULT_HTTP = "127.0.0.1:8420";
const DEFAULT_MAX_PEERS = 64;
/** More connections than that are of no use to anybody, and each costs memory. */
const MOST_PEERS = 1024;

/** All settings, in the order in which people are shown them. */
export const SETTINGS: { readonly [Key in keyof Settings]: Setting<Key> } = {
  name: { read: readName, builtIn: () => "", flag: "--name" },
  listen: { read: readListen, builtIn: everywhere, flag: "--listen" },
  announce: { read: readAnnounce, builtIn: () => [], flag: "--announce" },
  join: { read: readJoin, builtIn: () => [], flag: "--join" },
  mdns: { read: readBoolean, builtIn: () => true, flag: "--no-mdns" },
  dht: { read: readBoolean, builtIn: () => false, flag: "--dht" },
  nat: { read: readBoolean, builtIn: () => true, flag: "--no-nat" },
  direct: { read: readBoolean, builtIn: () => true, flag: "--no-direct" },
  direct_port: { read: readWhole(0, 65_535), builtIn: () => 0, flag: "--direct-port" },
  direct_announce_port: { read: readPortOrNone, builtIn: () => undefined, flag: "--direct-announce-port" },
  upload_limit: { read: readRate, builtIn: () => 0, flag: "--upload-limit" },
  max_peers: { read: readWhole(1, MOST_PEERS), builtIn: () => DEFAULT_MAX_PEERS, flag: "--max-peers" },
  http: { read: readHttp, builtIn: () => DEFAULT_HTTP, flag: "--http" },
  http_hosts: { read: readHostNames, builtIn: () => [], flag: "--http-host" },
  posters: { read: readBoolean, builtIn: () => true, flag: "--no-posters" },
};

/** The settings' names. */
export const SETTING_KEYS: readonly (keyof Settings)[] = Object.keys(SETTINGS) as (keyof Settings)[];

/** The environment variable of a setting: `CARDUME_UPLOAD_LIMIT`. */
export const variableOf = (key: keyof Settings): string => `CARDUME_${key.toUpperCase()}`;

/** All interfaces of the machine, IPv6 too where it has any. */
function everywhere(): readonly string[] {
  const hasIpv6 = Object.values(networkInterfaces()).some((one) => one?.some(({ family }) => family === "IPv6"));
  return [`0.0.0.0:${DEFAULT_PORT}`, ...(hasIpv6 ? [`[::]:${DEFAULT_PORT}`] : [])];
}
