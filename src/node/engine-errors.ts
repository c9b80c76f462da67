import { CardumeError } from "../core/errors.ts";
import type { DialTarget } from "./engine-types.ts";

/** Why a node cannot listen, in words. What libp2p says is the list of all errors in one text. */
export function listenError(listen: readonly string[], cause: unknown): CardumeError {
  const text = (cause as Error).message;
  const where = listen.join(", ");
  const options = { exitCode: 5, cause };
  if (text.includes("EADDRINUSE"))
    return new CardumeError("port-in-use", `${where} is in use by another program; choose another port`, options);
  if (text.includes("EADDRNOTAVAIL"))
    return new CardumeError("address-not-here", `${where} is not an address of this machine`, options);
  return new CardumeError("port-refused", `cannot listen on ${where}: ${text}`, options);
}

/** Why a peer could not be connected to: `peer-mismatch` when somebody else is there, else `peer-unreachable`. */
export function unreachable({ peer, addresses }: DialTarget, cause: unknown): CardumeError {
  const where = addresses.join(", ") || (peer ?? "nobody");
  const options = { exitCode: 4, cause };
  if (errorsIn(cause).some(({ name, message }) => name === "UnexpectedPeerError" || message === "Unexpected Peer"))
    return new CardumeError("peer-mismatch", `${where} is not ${peer}: its key is another one`, options);
  const reasons = errorsIn(cause).map(({ message }) => message);
  return new CardumeError(
    "peer-unreachable",
    `${where} cannot be reached: ${[...new Set(reasons)].join("; ")}`,
    options,
  );
}

function errorsIn(cause: unknown): Error[] {
  if (cause instanceof AggregateError) return cause.errors.flatMap(errorsIn);
  if (!(cause instanceof Error)) return [new Error(String(cause))];
  return cause.cause === undefined ? [cause] : [cause, ...errorsIn(cause.cause)];
}
