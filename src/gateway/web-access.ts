import type { IncomingMessage } from "node:http";
import { type Problem, problemOf } from "./api-errors.ts";
import { type Asker, askerOf } from "./same-origin.ts";
import type { Sessions } from "./sessions.ts";
import { surfaceOf } from "./web-headers.ts";

/** What a request has to show. */
export interface Door {
  readonly sessions: Sessions;
  /** Whether others than this machine can reach the gateway: then reading needs a token, too. */
  readonly isOpen: boolean;
  /** The name of the cookie: cookies know no ports. */
  readonly cookie: string;
}

const READING: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * What is wrong with who asks; `undefined`: nothing. What changes anything needs a key that the browser does not send by
 * itself, and is never taken from somebody else's page. The API is not even read for somebody else's page; media are.
 * @param isPublic the route gives nothing of the library away, and checks by itself who may change anything
 */
export function refusal(request: IncomingMessage, door: Door, isPublic: boolean): Problem | undefined {
  const { method = "GET", url = "/", headers } = request;
  const isReading = READING.has(method);
  const asker = askerOf(headers);
  if (!isOriginGood(asker, isReading, surfaceOf(url) === "api"))
    return problemOf("origin-refused", "this may be asked by the gateway's own pages, and by programs", 2);
  if (isPublic || (isReading && !door.isOpen)) return undefined;
  const shown = headers.authorization;
  const key = bearerOf(shown) ?? (isReading ? passwordOf(shown) : undefined);
  if (key !== undefined && door.sessions.isKey(key)) return undefined;
  if (isReading && cookiesOf(headers.cookie, door.cookie).some((text) => door.sessions.isSession("cookie", text)))
    return undefined;
  const what = key === undefined ? "this needs the token" : "this is not the token";
  return problemOf("token-wrong", `${what} in the file "token" of the data folder (Authorization: Bearer …)`, 2);
}

function isOriginGood(asker: Asker, isReading: boolean, isApi: boolean): boolean {
  if (isReading) return asker !== "cross" || !isApi;
  return asker === "same" || asker === "program";
}

/** The key in an Authorization header. */
export const bearerOf = (header: string | undefined): string | undefined =>
  /^bearer +([\w.~+/=-]{1,256}) *$/i.exec(header ?? "")?.[1];

/** As players send it that were given `http://x:token@host/…`. */
function passwordOf(header: string | undefined): string | undefined {
  const [, encoded] = /^basic +([A-Za-z0-9+/=]{1,512}) *$/i.exec(header ?? "") ?? [];
  return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("latin1").split(":")[1];
}

/** All cookies of this name: one of another path, set by who knows whom, may come before ours. */
const cookiesOf = (header: string | undefined, name: string): string[] =>
  (header ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
