import { setFlagsFromString } from "node:v8";

/**
 * Keeps V8's young generation at its first size. Node gives every received datagram memory of its own, a page or more
 * for 1 KiB, which V8 does not see; with a young generation of 16 MB tens of thousands of them wait for its collection.
 * `npm run bench:original` shows the client's largest RSS with it; leave the call out to see it without.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
