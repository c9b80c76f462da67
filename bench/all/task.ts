/** One figure of a task. */
export interface Metric {
  readonly key: string;
  readonly title: string;
  readonly better: "more" | "less";
  /** Digits behind the point. */
  readonly digits: number;
}

/** What is done, by its kind, and how much of it. */
export type Kind =
  | { readonly kind: "transfer"; readonly senders: number }
  | { readonly kind: "folder" }
  | { readonly kind: "watch"; readonly holders: number; readonly hasSecond: boolean; readonly via: "Range" | "HLS" }
  | { readonly kind: "rough" }
  | { readonly kind: "liars" }
  | { readonly kind: "idle" }
  | { readonly kind: "find"; readonly peers: number }
  | { readonly kind: "start" }
  | { readonly kind: "size" };

/** A piece of work that every side does, or says why not. */
export type Task = Kind & {
  /** Its number among the works, for `--only`. */
  readonly work: number;
  /** Its name in the book and of its plot; never changed, or what was measured is lost. */
  readonly name: string;
  readonly title: string;
  /** The first is the one that counts: the plots and the check look at it. */
  readonly metrics: readonly Metric[];
  /** Rounds, where they are not as many as was asked for. */
  readonly mostRounds?: number;
};

/** A task of one kind. */
export type TaskOf<Name extends Kind["kind"]> = Extract<Task, { readonly kind: Name }>;

/** How much is measured. */
export interface Sizes {
  /** Of the file of works 1 and 2. */
  readonly mib: number;
  /** Of works 5 and 6, which are behind slow lines. */
  readonly lineMib: number;
  readonly files: number;
  readonly leastFileKib: number;
  readonly mostFileKib: number;
  readonly seeks: number;
  readonly filmS: number;
  readonly idleMs: number;
  readonly mostFindPeers: number;
}

/** What the whole measures, and a short form for a look at whether everything works. */
export const FULL_SIZES: Sizes = {
  ...{ mib: 1024, lineMib: 128, files: 2000, leastFileKib: 4, mostFileKib: 256 },
  ...{ seeks: 4, filmS: 600, idleMs: 60_000, mostFindPeers: 100_000 },
};

/** See {@link FULL_SIZES}. */
export const QUICK_SIZES: Sizes = {
  ...FULL_SIZES,
  ...{ mib: 64, lineMib: 32, files: 200, seeks: 2, idleMs: 5000, mostFindPeers: 1000 },
};
