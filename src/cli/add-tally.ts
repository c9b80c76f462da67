import type { AddReport } from "../store/add-paths.ts";
import type { FilePath } from "../store/disk.ts";
import { EXIT } from "./exit-code.ts";
import { formatBytes } from "./format.ts";

/** Counts what became of the paths of one `cardume add`. */
export class AddTally {
  readonly #named: ReadonlySet<string>;
  readonly #counts: Record<AddReport["outcome"], number> = { added: 0, already: 0, skipped: 0, failed: 0 };
  #bytes = 0;
  #isRefused = false;

  constructor(named: readonly FilePath[]) {
    this.#named = new Set(named.map(keyOf));
  }

  count(report: AddReport): void {
    // What a person named was meant to be added: it is not passed over in silence.
    const isFailure = report.outcome === "skipped" && this.isNamed(report.path);
    this.#counts[isFailure ? "failed" : report.outcome]++;
    if ("bytes" in report) {
      this.#bytes += report.bytes;
      this.#counts.failed += report.failed.length;
    }
    if (report.outcome === "failed" && isRefusal(report.error)) this.#isRefused = true;
  }

  /** Whether the person named this very path. */
  isNamed(path: FilePath): boolean {
    return this.#named.has(keyOf(path));
  }

  /** Files that are in the library. */
  get stored(): number {
    return this.#counts.added + this.#counts.already;
  }

  get exitCode(): number {
    if (this.#counts.failed === 0) return EXIT.done;
    if (this.stored > 0) return EXIT.incomplete;
    return this.#isRefused ? EXIT.refused : EXIT.wrongUse;
  }

  /** In a line. */
  text(): string {
    const { added, already, skipped, failed } = this.#counts;
    const parts = [`${added} added`];
    if (already > 0) parts.push(`${already} there already`);
    if (skipped > 0) parts.push(`${skipped} skipped`);
    if (failed > 0) parts.push(`${failed} failed`);
    return `${parts.join(", ")}${this.stored > 0 ? `: ${formatBytes(this.#bytes)}` : ""}`;
  }
}

const keyOf = (path: FilePath): string => Buffer.from(path).toString("latin1");

/** A file that went away while it was looked at is missing, not refused. */
const isRefusal = ({ code, exitCode }: { code: string; exitCode: number }): boolean =>
  code === "file-unreadable" || (exitCode === EXIT.refused && code !== "file-missing");
