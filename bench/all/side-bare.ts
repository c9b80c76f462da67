import { runBare } from "../support/network-bare.ts";
import type { Side } from "./side.ts";
import { figuresOf } from "./usage.ts";

const NO = "it is one file over one socket, and nothing else";

/** A bare TLS socket of Node's, every leaf hashed and written: what is possible in this language on this machine. */
export const bare: Side = {
  name: "bare TLS socket",
  isLimit: true,
  available: () => Promise.resolve({ version: `Node ${process.version}` }),
  does: {
    transfer: async ({ senders }, stand) => {
      if (senders > 1) return NO;
      const material = await stand.file();
      return figuresOf(material.bytes, await runBare(material));
    },
    ...{ folder: NO, watch: NO, rough: NO, liars: NO, idle: NO, find: NO, start: NO, size: NO },
  },
};
