import { type Address, formatAddress } from "../../src/core/wire/address.ts";

/** More would only bury the first. */
const MAX_FINDINGS = 20;

/** What the checkers of one run have to say against it, each in a sentence with its time. */
export class Findings {
  readonly all: string[] = [];

  /** Notes what is wrong, at whom, when. */
  add(nowMs: number, address: Address, problem: string): void {
    if (this.all.length < MAX_FINDINGS) this.all.push(`${nowMs.toFixed(3)} ms ${formatAddress(address)}: ${problem}`);
  }
}
