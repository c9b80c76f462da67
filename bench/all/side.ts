import type { Lab } from "../../lab/lab.ts";
import type { Material } from "../support/network-ours.ts";
import type { Folder } from "./material.ts";
import type { Kind, Sizes, TaskOf } from "./task.ts";

/** What one round of one task gave, by the keys of its metrics; several values where it measured several times. */
export type Figures = Readonly<Record<string, number | readonly number[]>>;

/** Whether a side can be had here, and which version; else why not, in words. */
export type Availability = { readonly version: string } | { readonly why: string };

/** What a side finds when it is to do something. */
export interface Stand {
  /** Room for copies. Nothing is left in it. */
  readonly folder: string;
  readonly sizes: Sizes;
  readonly round: number;
  /** The file of works 1 and 2. */
  file(): Promise<Material>;
  /** The file of works 5 and 6. */
  lineFile(): Promise<Material>;
  /** The folder of work 3. */
  files(): Promise<Folder>;
  /** Runs something behind the lab's lines, which end with it; chance is the same for all sides of a round. */
  inLab<Result>(run: (lab: Lab) => Promise<Result>): Promise<Result>;
}

/** Does one task; a text says why it cannot. */
export type Runner<Name extends Kind["kind"]> = (task: TaskOf<Name>, stand: Stand) => Promise<Figures | string>;

/** Of each kind of task: how it is done, or why this side does not do it. */
export type Does = { readonly [Name in Kind["kind"]]: Runner<Name> | string };

/** One of those that are compared. */
export interface Side {
  readonly name: string;
  /** A limit of the machine or of the way: not counted among the losses. */
  readonly isLimit: boolean;
  available(): Promise<Availability>;
  readonly does: Does;
}

/** The name of our own side in the book. */
export const OURS = "Cardume";
