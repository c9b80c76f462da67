import { CardumeError } from "../core/errors.ts";
import { PROBLEM_TYPE, type Problem, thrownError } from "../gateway/api-errors.ts";
import { connectToNode } from "../gateway/connect.ts";
import { EXIT } from "./exit-code.ts";

const UNAUTHORIZED = 401;

/**
 * The address of a running node's gateway, `http://127.0.0.1:8420`. One that other machines reach wants a key from
 * everybody: then there is one in the address, as players take it.
 * @throws CardumeError `gateway-off` (exit code 3): the node has none; `node-gone`
 */
export async function gatewayOf(folder: string, signal: AbortSignal): Promise<string> {
  const running = await connectToNode(folder);
  if (running === undefined)
    throw new CardumeError("node-gone", "the node has just stopped: try again", { exitCode: EXIT.refused });
  try {
    if (running.gateway === null)
      throw new CardumeError("gateway-off", "the node that runs has no gateway (http = off)", {
        exitCode: EXIT.notFound,
      });
    const { origin } = new URL(running.gateway);
    return (await isOpenToUs(origin, signal)) ? origin : await withKey(origin, await running.login(), signal);
  } finally {
    await running.library.close();
  }
}

const isOpenToUs = async (origin: string, signal: AbortSignal): Promise<boolean> =>
  (await ask(`${origin}/api/v1/`, { signal })).status !== UNAUTHORIZED;

/** @param login an address with a one-time code behind `#login=` */
async function withKey(origin: string, login: string, signal: AbortSignal): Promise<string> {
  const code = new URL(login).hash.replace(/^#login=/, "");
  const body = JSON.stringify({ code });
  const headers = { "content-type": "application/json" };
  const answer = await ask(`${origin}/api/v1/session`, { method: "POST", headers, body, signal });
  if (!answer.ok) throw await errorIn(answer);
  const { key } = (await answer.json()) as { readonly key: string };
  const address = new URL(origin);
  address.username = "cardume";
  address.password = key;
  return address.href.replace(/\/$/, "");
}

/** Waits until the first byte of a video can be read there. @returns its size @throws CardumeError as the gateway says */
export async function untilReadable(address: string, signal: AbortSignal): Promise<number> {
  const url = new URL(address);
  const { username, password } = url;
  // What fetch does not take in an address.
  [url.username, url.password] = ["", ""];
  const key = Buffer.from(`${username}:${password}`).toString("base64");
  const headers = { range: "bytes=0-0", ...(password === "" ? {} : { authorization: `Basic ${key}` }) };
  const answer = await ask(url.href, { headers, signal });
  if (!answer.ok) throw await errorIn(answer);
  await answer.body?.cancel();
  return Number(/\/(\d+)$/.exec(answer.headers.get("content-range") ?? "")?.[1] ?? 0);
}

async function ask(url: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    const message = "the node's gateway does not answer";
    throw new CardumeError("gateway-gone", message, { exitCode: EXIT.refused, cause: error });
  }
}

async function errorIn(answer: Response): Promise<Error> {
  if (!(answer.headers.get("content-type") ?? "").startsWith(PROBLEM_TYPE))
    return new CardumeError(
      "gateway-gone",
      `what listens at ${new URL(answer.url).host} is no gateway of this version`,
      {
        exitCode: EXIT.refused,
      },
    );
  return thrownError((await answer.json()) as Problem);
}
