import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The launcher, as a person starts it. */
export const CARDUME: string = fromRoot("bin/cardume.js");
/** The assignment's two names. */
export const BIN_PEER: string = fromRoot("bin/peer");
export const BIN_CLIENTE: string = fromRoot("bin/cliente");
/** The independent programs. */
export const PYTHON_PEER: string = fromRoot("test/reference/peer.py");
export const PYTHON_CLIENT: string = fromRoot("test/reference/client.py");

const local = fromRoot("node_modules/.bin/node");

/** The project's own Node: the tests may have been started by an older one, and must not test the relaunch by chance. */
export const NODE: string = existsSync(local) ? local : process.execPath;
