import { Box } from "./box.ts";
import { memory } from "./memory.ts";

/** An answer that is an error: a problem of the gateway's (`code`), or none at all (`offline`). */
export class ApiProblem extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, detail: string) {
    super(detail);
    this.code = code;
    this.status = status;
  }
}

/** What is asked. */
export interface Asked {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Sent as JSON, unless it is a Blob. */
  readonly body?: object;
  readonly signal?: AbortSignal;
}

/** What this page may do. `look`: read only. `none`: not even that. */
export const access = new Box<"change" | "look" | "none">(memory.get("key") === undefined ? "look" : "change");

/** Why the login that this page was opened with was none, in the node's words; empty: it was one, or there was none. */
export const loginProblem = new Box("");

/** Asks, and gives the answer when it is none of an error. @throws ApiProblem */
export async function ask(path: string, { method = "GET", body, signal }: Asked = {}): Promise<Response> {
  const headers = new Headers();
  const key = memory.get("key");
  if (key !== undefined) headers.set("authorization", `Bearer ${key}`);
  if (body !== undefined) headers.set("content-type", typeOf(body));
  const sent = body === undefined || body instanceof Blob ? (body ?? null) : JSON.stringify(body);
  let answer: Response;
  try {
    answer = await fetch(path, { method, headers, body: sent, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw new ApiProblem("offline", 0, String(error));
  }
  if (answer.ok) return answer;
  const problem = await problemIn(answer);
  if (answer.status === 401) refused(method === "GET");
  throw problem;
}

const typeOf = (body: object): string => {
  if (!(body instanceof Blob)) return "application/json";
  return body.type === "image/jpeg" ? body.type : "application/octet-stream";
};

/** The key has ended, or the token is another one now. */
function refused(isReading: boolean): void {
  memory.set("key", undefined);
  access.set(isReading ? "none" : "look");
}

async function problemIn(answer: Response): Promise<ApiProblem> {
  try {
    const { code, detail } = (await answer.json()) as { readonly code: string; readonly detail: string };
    return new ApiProblem(String(code), answer.status, String(detail));
  } catch {
    return new ApiProblem("internal", answer.status, answer.statusText);
  }
}

/** Asks for one JSON value. @throws ApiProblem */
export const askFor = async <Value>(path: string, asked: Asked = {}): Promise<Value> =>
  (await (await ask(path, asked)).json()) as Value;

/** Asks for JSON values, one a line, as they come. @throws ApiProblem, also one that stands in the last line */
export async function* askForLines<Value extends object>(path: string, asked: Asked = {}): AsyncGenerator<Value> {
  const { body } = await ask(path, asked);
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield valueIn<Value>(line);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

function valueIn<Value extends object>(line: string): Value {
  const value = JSON.parse(line) as Value | { readonly error: { readonly code: string; readonly detail: string } };
  if ("error" in value) throw new ApiProblem(value.error.code, 200, value.error.detail);
  return value;
}

/** Logs in with a one-time code, or with the token. @throws ApiProblem */
export async function logIn(how: { readonly code: string } | { readonly token: string }): Promise<void> {
  const isCode = "code" in how;
  const headers = new Headers({ "content-type": "application/json" });
  if (!isCode) headers.set("authorization", `Bearer ${how.token}`);
  const body = JSON.stringify(isCode ? { code: how.code } : {});
  const answer = await fetch("/api/v1/session", { method: "POST", headers, body });
  if (!answer.ok) throw await problemIn(answer);
  const { key } = (await answer.json()) as { readonly key: string };
  memory.set("key", key);
  access.set("change");
}
