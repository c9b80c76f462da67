import type { BrowserContext, Page } from "playwright-core";

/** Looks for anything that a text of strangers has done. */
export interface Detector {
  /** The numbers of texts that ran. */
  readonly ran: ReadonlySet<number>;
  /** What else was seen: reports of the policy, texts that were parsed as markup or script, hosts that were asked. */
  readonly seen: readonly string[];
  /** What is in the page, shadow roots and all, that no page of ours has. */
  audit(page: Page): Promise<string[]>;
}

/** Runs in every frame before anything else. Bindings are made by the browser, whatever the policy is. */
const WATCH = `
addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) =>
  harmSeen("policy: " + effectiveDirective + " " + blockedURI + " " + sample.slice(0, 80)));

const told = (where, value) => {
  if (/harm\\(/.test(String(value))) harmSeen(where + ": " + String(value).slice(0, 120));
};
const property = (owner, name) => {
  const { get, set, ...rest } = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { ...rest, get, set(value) { told(name, value); set.call(this, value); } });
};
const method = (owner, name) => {
  const before = owner[name];
  if (before !== undefined) owner[name] = function (...given) {
    for (const one of given) if (typeof one === "string") told(name, one);
    return before.apply(this, given);
  };
};
for (const owner of [Element.prototype, ShadowRoot.prototype]) {
  for (const name of ["innerHTML"]) property(owner, name);
  for (const name of ["setHTMLUnsafe", "setHTML"]) method(owner, name);
}
property(Element.prototype, "outerHTML");
property(HTMLIFrameElement.prototype, "srcdoc");
property(HTMLScriptElement.prototype, "text");
method(Element.prototype, "insertAdjacentHTML");
method(Range.prototype, "createContextualFragment");
method(DOMParser.prototype, "parseFromString");
for (const name of ["write", "writeln"]) method(document, name);
for (const name of ["setTimeout", "setInterval"]) method(window, name);
const set = Element.prototype.setAttribute;
Element.prototype.setAttribute = function (name, value) {
  if (/^on|^srcdoc$|^style$/i.test(name)) told("attribute " + name, value);
  return set.call(this, name, value);
};
`;

const AUDIT = `(() => {
  const wrong = [];
  const ADDRESSES = ["href", "src", "action", "formaction", "xlink:href", "data", "poster", "srcset", "ping", "background"];
  const isOurs = (text) => {
    try { return ["blob:", "mailto:"].includes(new URL(text, location.href).protocol) || new URL(text, location.href).origin === location.origin; }
    catch { return true; }
  };
  const look = (root) => {
    for (const element of root.querySelectorAll("*")) {
      const name = element.localName;
      const say = (what) => wrong.push(what + ": " + element.outerHTML.slice(0, 160));
      if (/^(?:iframe|frame|frameset|object|embed|applet|base|math|foreignobject|animate|set|marquee|xss|noscript|image)$/.test(name) && element.parentElement !== document.body)
        say("element");
      if (name === "script" && (element.getAttribute("src") ?? "") === "") say("inline script");
      if (name === "meta" && element.hasAttribute("http-equiv")) say("meta");
      for (const { name: attribute, value } of element.attributes) {
        if (/^on|^srcdoc$|^popover/.test(attribute)) say("attribute " + attribute);
        if (ADDRESSES.includes(attribute) && !isOurs(value)) say("address");
        if (/harm\\(/.test(attribute)) say("attribute's name");
      }
      if (element.shadowRoot !== null) look(element.shadowRoot);
    }
  };
  look(document);
  if (new URL(document.baseURI).origin !== location.origin) wrong.push("base: " + document.baseURI);
  if ({}.polluted !== undefined) wrong.push("prototype");
  return wrong;
})()`;

/** Looks at everything that the pages of a window do. To be called before the first is opened. @param host what may be asked */
export async function detectHarm(context: BrowserContext, host: string): Promise<Detector> {
  const ran = new Set<number>();
  const seen: string[] = [];
  await context.exposeBinding("harm", (_source, number: unknown) => void ran.add(Number(number)));
  await context.exposeBinding("harmSeen", (_source, what: unknown) => void seen.push(String(what)));
  await context.addInitScript(WATCH);
  context.on("request", (request) => {
    const url = request.url();
    const [, number] = /^https?:\/\/evil\.example\/.*harm\((\d+)\)/i.exec(url) ?? [];
    if (number !== undefined) ran.add(Number(number));
    if (!/^(?:blob|data|about):/.test(url) && new URL(url).host !== host) seen.push(`request: ${url}`);
  });
  context.on("dialog", (dialog) => {
    seen.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  context.on("weberror", (error) => seen.push(`error: ${error.error().message}`));
  context.on("page", (page) =>
    page.on("framenavigated", (frame) => {
      if (frame === page.mainFrame() && !/^about:/.test(frame.url()) && new URL(frame.url()).host !== host)
        seen.push(`left for ${frame.url()}`);
    }),
  );
  return { ran, seen, audit: (page) => page.evaluate(AUDIT) as Promise<string[]> };
}
