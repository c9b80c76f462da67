/** What a `ServeCore` is told: one holder, many clients. Clients have numbers that are not used again. */
export type ServeInput =
  /** A client's stream is open. `key` names the peer: several streams of one share its part. */
  | { readonly type: "client"; readonly client: number; readonly key: string }
  /** It asks for something that is held. `bytes`: what the Response will have, its head and proof included. */
  | {
      readonly type: "get";
      readonly client: number;
      readonly request: number;
      readonly bytes: number;
      readonly priority: number;
    }
  | { readonly type: "cancel"; readonly client: number; readonly request: number }
  /** Bytes of Responses that were ordered have left for the system, or were not sent after all. */
  | { readonly type: "left"; readonly client: number; readonly bytes: number }
  | { readonly type: "gone"; readonly client: number }
  /** From now on; 0 for no limit. */
  | { readonly type: "upload-limit"; readonly bytesPerSecond: number }
  | { readonly type: "wake" };

/** What a `ServeCore` wants done. */
export type ServeEffect =
  /** Read it and send it. */
  | { readonly type: "respond"; readonly client: number; readonly request: number }
  /** Too much is queued already: a Response `refused`. */
  | { readonly type: "refuse"; readonly client: number; readonly request: number }
  /**
   * Its stream is to be ended: it asks on and on for more than it may queue (`flood`), does not read (`stuck`), or came
   * when as many as can be are served (`full`). It is forgotten already: no `gone` is needed.
   */
  | { readonly type: "drop"; readonly client: number; readonly reason: "flood" | "stuck" | "full" };

/** What happened, since the beginning, and what is now. */
export interface ServeCounters {
  orders: number;
  orderedBytes: number;
  cancelled: number;
  refused: number;
  flood: number;
  stuck: number;
  full: number;
}
