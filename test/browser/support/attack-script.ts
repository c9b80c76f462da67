/**
 * All that a page can try against another origin: a script that defines `attack(base)`, which gives what each try got,
 * `nothing` when it failed.
 */
export const ATTACK_SCRIPT: string = `
const wait = (promise) =>
  Promise.race([promise, new Promise((resolve) => setTimeout(() => resolve("nothing"), 1500))]);

const loaded = (element, url) => new Promise((resolve) => {
  element.onload = () => resolve("loaded");
  element.onerror = () => resolve("nothing");
  element.src = url;
  document.body.append(element);
});

const BODY = JSON.stringify({ address: "10.6.6.6:1" });
const READ = ["api/v1/status", "api/v1/videos", "metrics", "healthz", "api/v1/openapi.json"];
const TYPES = ["text/plain", "application/x-www-form-urlencoded", "application/json"];

window.attack = async (base) => {
  const spoils = {};
  const attempt = async (name, action) => {
    spoils[name] = String(await wait(Promise.resolve().then(action).catch(() => "nothing")));
  };
  const read = async (path, init) => (await (await fetch(base + path, init)).text()) || "nothing";
  for (const path of READ) {
    await attempt("read " + path, () => read(path));
    await attempt("read with credentials " + path, () => read(path, { credentials: "include" }));
    await attempt("read without CORS " + path, () => read(path, { mode: "no-cors", credentials: "include" }));
    await attempt("img " + path, () => loaded(new Image(), base + path));
    await attempt("script " + path, () => loaded(document.createElement("script"), base + path));
  }
  for (const type of TYPES)
    for (const mode of ["cors", "no-cors"])
      await attempt("change " + type + " " + mode, () =>
        read("api/v1/peers", { method: "POST", mode, credentials: "include", body: BODY, headers: { "content-type": type } }));
  await attempt("delete", () => read("api/v1/session", { method: "DELETE", credentials: "include" }));
  await attempt("guess a token", () =>
    read("api/v1/peers", { method: "POST", body: BODY, headers: { authorization: "Bearer " + "A".repeat(43) } }));
  for (const path of ["api/v1/shutdown", "api/v1/peers"])
    await attempt("change by img " + path, () => loaded(new Image(), base + path));
  await attempt("events", () => new Promise((resolve) => {
    const events = new EventSource(base + "api/v1/events", { withCredentials: true });
    events.onopen = () => resolve("open");
  }));
  await attempt("socket", () => new Promise((resolve) => {
    new WebSocket(base.replace("http", "ws") + "api/v1/events").onopen = () => resolve("open");
  }));
  post(base);
  return spoils;
};

/** Shows a page in a frame. */
window.frame = (src) => new Promise((resolve) => {
  document.body.append(Object.assign(document.createElement("iframe"), { src, onload: resolve }));
}).then(() => 0);

/** What is sent without asking: a beacon, and forms into frames. As text/plain, the field is JSON. */
function post(base) {
  navigator.sendBeacon(base + "api/v1/peers", new Blob([BODY], { type: "text/plain" }));
  for (const enctype of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
    for (const path of ["api/v1/peers", "api/v1/shutdown", "api/v1/session"]) {
      const name = enctype + path;
      document.body.append(Object.assign(document.createElement("iframe"), { name }));
      const form = Object.assign(document.createElement("form"), { method: "POST", action: base + path, enctype, target: name });
      form.append(Object.assign(document.createElement("input"), { name: '{"address":"10.6.6.6:1","x":"', value: '"}' }));
      document.body.append(form);
      form.submit();
    }
}
`;
