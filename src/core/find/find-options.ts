import { NETWORK } from "../limits.ts";

/** The bounds that a `FindCore` keeps, by their names in `NETWORK`; tests make them small. */
export type FindLimits = Readonly<
  Record<
    | "maxHops"
    | "firstRingHops"
    | "maxNeighbours"
    | "queryMemoryMs"
    | "maxQueriesRemembered"
    | "maxQuestionsPerQuery"
    | "reservedQueriesPerSecond"
    | "reservedQueryBurst"
    | "sharedQueriesPerSecond"
    | "sharedQueryBurst"
    | "queriesPerSecondPerNeighbour"
    | "queryBurstPerNeighbour"
    | "queryExcessBurst"
    | "queryExcessPerSecond"
    | "queryPenaltyMs"
    | "queryFramesPerSecond"
    | "queryFrameBurst"
    | "maxAnswersPerQuery"
    | "answersPerHop"
    | "answersPerSecondPerNeighbour"
    | "answerBurstPerNeighbour"
    | "unaskedAnswersPerSecond"
    | "unaskedAnswerBurst"
    | "maxLookUps"
    | "maxLookUpsPerNeighbour"
    | "maxVideosPerAnswer"
    | "maxSearches"
    | "maxHoldersCounted"
    | "aloneMs"
    | "joinSettleMs"
    | "ownRingBurst"
    | "ownRingsPerSecond"
    | "firstHopMs"
    | "minHopMs"
    | "maxHopMs"
    | "minWidestRingMs"
    | "maxRingMs"
    | "questionEndMs",
    number
  >
>;

/** How a `FindCore` runs. */
export interface FindOptions {
  /** From 0 up to, but not, 1: makes the key under which answers are compared, which nobody outside must know. */
  readonly random: () => number;
  /** In place of those of `NETWORK`. */
  readonly limits?: Partial<FindLimits>;
}

/** The limits with what an option changes. */
export const limitsOf = (changed: Partial<FindLimits> = {}): FindLimits => ({ ...NETWORK, ...changed });

/** What a `FindCore` has done and refused so far. */
export interface FindCounters {
  /** Queries heard, repeats included. */
  queries: number;
  /** Query frames that were passed on. */
  forwards: number;
  /** Queries not sent to a neighbour because it was known to have them. */
  forwardsSaved: number;
  /** Answers of this node. */
  answers: number;
  /** Answers of others that were passed on. */
  relayed: number;
  /** Dones to neighbours. */
  dones: number;
  /** Dones of neighbours to what they were asked. */
  donesHeard: number;
  /** Dones to nothing that this neighbour was asked, or that it had said before. */
  donesUnasked: number;
  /** Rings of own searches that ended because somebody had not said Done in time. */
  ringsTimedOut: number;
  /** Answers to own searches. */
  found: number;
  searches: number;
  /** Questions that were known already, with as many hops. */
  duplicates: number;
  /** Questions of this node itself that came back. */
  echoes: number;
  /** Frames of peers that are no neighbours. */
  strangers: number;
  /** Queries with no hop left, which ought not to have been sent. */
  spent: number;
  /** Questions beyond what a neighbour may ask. */
  rateLimited: number;
  /** Times that a neighbour was left its reserved part only. */
  penalties: number;
  /** Questions under a query id that has too many already. */
  forged: number;
  /** Questions that were not looked up because too many look-ups are under way. */
  lookUpsRefused: number;
  /** Answers to nothing that this neighbour was asked. */
  unasked: number;
  /** Answers that name another video than the one that was asked for. */
  unfitting: number;
  /** Answers that came before. */
  repeated: number;
  /** Answers beyond what one neighbour, or all, may give to one query. */
  tooMany: number;
  /** Answers beyond what one neighbour is sent, in all or of one query. */
  answersLimited: number;
  /** Answers whose asker is gone. */
  askerGone: number;
  /** Answers to a search that has ended. */
  late: number;
  /** Searches beyond the cap. */
  searchesRefused: number;
  /** Neighbours whose stream was ended. */
  dropped: number;
}

/** All at 0. */
export const noFindCounts = (): FindCounters => ({
  queries: 0,
  forwards: 0,
  forwardsSaved: 0,
  answers: 0,
  relayed: 0,
  dones: 0,
  donesHeard: 0,
  donesUnasked: 0,
  ringsTimedOut: 0,
  found: 0,
  searches: 0,
  duplicates: 0,
  echoes: 0,
  strangers: 0,
  spent: 0,
  rateLimited: 0,
  penalties: 0,
  forged: 0,
  lookUpsRefused: 0,
  unasked: 0,
  unfitting: 0,
  repeated: 0,
  tooMany: 0,
  answersLimited: 0,
  askerGone: 0,
  late: 0,
  searchesRefused: 0,
  dropped: 0,
});
