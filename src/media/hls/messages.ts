import type { MediaInfo } from "../playable-types.ts";
import type { Saved } from "./hls-file.ts";

/** One of a file's inputs: 0 is the video, the others are the subtitle files beside it. */
export interface InputSize {
  readonly bytes: number;
  readonly fileName: string;
  readonly language: string;
}

/** What is wanted of the media process. Answers name the same `job`. */
export type Wish =
  | {
      readonly is: "open";
      readonly file: number;
      readonly inputs: readonly InputSize[];
      readonly saved: Saved | undefined;
    }
  | { readonly is: "playlist" | "init"; readonly file: number; readonly track: number }
  | { readonly is: "segment"; readonly file: number; readonly track: number; readonly segment: number };

/** To the media process. */
export type ToChild =
  | { readonly is: "wish"; readonly job: number; readonly wish: Wish }
  /** So many bytes of a segment were taken. */
  | { readonly is: "taken"; readonly job: number; readonly bytes: number }
  | { readonly is: "cancel"; readonly job: number }
  /** Bytes that were to be read cannot be had. Those that can come through the pipe, by the read's number. */
  | { readonly is: "unreadable"; readonly read: number }
  | { readonly is: "close"; readonly file: number };

/** Why a wish was not granted: not media that is known, bytes that could not be had, a file that is not open (any more). */
export type Refusal = "unsupported" | "unreadable" | "not-open";

/** What a granted wish brings; of a segment, that it begins. */
export interface Grant {
  readonly info?: MediaInfo;
  readonly saved?: Saved | undefined;
  readonly text?: string | undefined;
  readonly bytes?: Uint8Array | undefined;
  readonly hasBegun?: boolean;
}

/** From the media process. A segment comes through the pipe, by its job's number; an empty frame is its end. */
export type FromChild =
  | { readonly is: "granted"; readonly job: number; readonly grant: Grant }
  | { readonly is: "refused"; readonly job: number; readonly why: Refusal }
  | {
      readonly is: "read";
      readonly read: number;
      readonly file: number;
      readonly input: number;
      readonly start: number;
      readonly end: number;
    }
  /** It is not caught in a file. */
  | { readonly is: "pulse" };
