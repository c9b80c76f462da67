import type { Routes } from "../../../src/gateway/api-server.ts";

/** What a page of the gateway does: logs in with what is behind `#login=`, and shows what it can do. */
const SCRIPT = `
const code = new URLSearchParams(location.hash.slice(1)).get("login");
const json = (method, path, body, headers = {}) =>
  fetch(path, { method, body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });
window.logIn = async () => {
  const answer = await json("POST", "/api/v1/session", { code });
  if (!answer.ok) return answer.status;
  window.key = (await answer.json()).key;
  history.replaceState(null, "", "/");
  return answer.status;
};
window.change = async (address, headers = { authorization: "Bearer " + window.key }) =>
  (await json("POST", "/api/v1/peers", { address }, headers)).status;
window.hears = () => new Promise((resolve) => {
  const events = new EventSource("/api/v1/events");
  events.addEventListener("hello", (event) => { events.close(); resolve(event.data); });
  events.onerror = () => { events.close(); resolve("error"); };
});
document.title = "script ran";
`;

const PAGE = `<!doctype html><title>page</title><script>document.title = "inline ran"</script>
<script src="/page.js"></script><img src=x onerror="document.title='handler ran'"><p style="color: rgb(1, 2, 3)">page</p>`;

const ACTIVE = `<!doctype html><title>inert</title><script>document.title = "active"</script>
<img src=x onerror="document.title='active'"><form action="/api/v1/shutdown" method=post><button>x</button></form>`;

/** A page as the gateway will have one, a film, and active content where media are. */
export const PAGE_ROUTES: Routes = (server) => {
  const isPublic = { config: { isPublic: true } };
  server.get("/", isPublic, (_request, reply) => reply.type("text/html; charset=utf-8").send(PAGE));
  server.get("/page.js", isPublic, (_request, reply) => reply.type("text/javascript; charset=utf-8").send(SCRIPT));
  server.get("/v/film.mp4", (_request, reply) => reply.type("video/mp4").send("the film"));
  server.get("/v/active.html", (_request, reply) => reply.type("text/html").send(ACTIVE));
  server.get("/v/active.svg", (_request, reply) =>
    reply
      .type("image/svg+xml")
      .send('<svg xmlns="http://www.w3.org/2000/svg"><script>window.active = 1</script></svg>'),
  );
};
