/**
 * Leads the page through its views for one text after the other, and waits each time until the text is seen as it is: who
 * only looks whether harm was done does not notice that nothing was shown. Runs in the page.
 */
export const DRIVE: string = `
// Frames and pauses pass at once: there are thousands of views.
const port = new MessageChannel();
const waiting = [];
port.port1.onmessage = () => { for (const act of waiting.splice(0)) act(performance.now()); };
const soon = (act) => { waiting.push(act); if (waiting.length === 1) port.port2.postMessage(0); return waiting.length; };
window.requestAnimationFrame = soon;
const tick = () => new Promise(soon);

const until = async (what, look) => {
  const end = performance.now() + 15_000;
  for (;;) {
    const seen = look();
    if (seen) return seen;
    if (performance.now() > end) throw new Error("never seen: " + what);
    await tick();
  }
};
const one = (selector) => document.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const button = (name, root = document) =>
  [...root.querySelectorAll("button")].find((each) => (each.getAttribute("aria-label") ?? each.textContent).trim() === name);
const press = async (name, root) => (await until("button " + name, () => button(name, root))).click();
const dialog = () => one("dialog[open]");
const close = async () => {
  await press("Close", dialog());
  await until("closed", () => dialog() === null);
};
/** What a field of one line makes of a text. */
const inField = (text) => text.replace(/[\\r\\n]/g, "");
/** The view has taken it up when this is done. */
const type = async (field, text) => {
  field.value = text;
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  await tick();
};
/** A text, and that it is all there is: no element stands in it. */
const isText = (element, text) => element !== null && element !== undefined && element.childElementCount === 0 && element.textContent === text;
const holds = (root, text) => root !== null && [...root.querySelectorAll("*")].some((each) => each.childElementCount === 0 && each.textContent.includes(text));

/** All tasks are shown when this is done, the ones that are folded away, too. */
const tasks = (count) => until(count + " tasks", () => {
  one(".tasks button[aria-expanded=false]")?.click();
  return all(".task .grave").length === count;
});

/** What stands in these as text alone. */
const shownIn = (selector) =>
  new Set(all(selector).filter((each) => each.childElementCount === 0).map((each) => each.textContent.replace(/^Left out: /, "")));

window.drive = {
  /** A video that nothing can play: its name, its tracks, its holders, its link. */
  async watch(videos) {
    for (const { id, text, group } of videos) {
      location.hash = "#/v/" + id;
      await until("title of " + text, () => isText(one("main h1"), text));
      await until("holders of " + text, () => all("table bdi").filter((each, index) => isText(each, group[index % group.length])).length === 2 * group.length);
      await until("facts of " + text, () => all(".facts dd").filter((each) => isText(each, text)).length >= 2);
      const tracks = [...group, ...group, ...group];
      await until("tracks of " + text, () => all(".facts dd div").filter((each, index) => each.childElementCount === 0 && each.textContent.includes(tracks[index])).length === tracks.length);
      await press("Share");
      await until("link of " + text, () =>
        all("dialog input").some(({ value }) => value === "cardume:" + inField(text)) || all("dialog [role=alert]").some((each) => isText(each, "cardume:" + text)));
      await close();
    }
  },
  /** A video that cannot be opened: the node's reason. */
  async problems(videos) {
    for (const { id, text } of videos) {
      location.hash = "#/v/" + id;
      await until("problem of " + text, () => all(".stage [role=alert] p").some((each) => isText(each, text)));
    }
  },
  /** What is sought, and what a link calls its video. */
  async search(videos) {
    location.hash = "#/";
    const field = await until("search", () => one("input[type=search]"));
    for (const { id, text } of videos) {
      const link = "cardume:" + id + "?n=" + encodeURIComponent(text);
      await type(field, link);
      await until("name of " + link, () => holds(one("main"), text));
      await type(field, text);
      await until("words " + text, () => field.value === inField(text) && !holds(one("main"), link));
    }
    await type(field, "");
  },
  /** Files by name, and what the node says of them. */
  async upload(texts) {
    await press("Add");
    const input = await until("files", () => one("dialog input[type=file]"));
    const files = new DataTransfer();
    for (const text of texts) files.items.add(new File(["x"], text));
    input.files = files.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    await tasks(texts.length);
    // The node is told a part of a name that is too long, and no more can it throw back.
    return this.told(texts.map((text) => text.slice(0, 1024)), texts);
  },
  async paths(texts) {
    for (const text of texts) {
      await press("Add");
      const field = await until("path", () => one("dialog input[placeholder^=Path]"));
      await type(field, text);
      field.form.requestSubmit();
      await until("closed", () => dialog() === null);
    }
    await tasks(texts.length);
    return this.told(texts.map((text) => inField(text).trim()));
  },
  async links(videos) {
    for (const { id, text } of videos) {
      await press("Add");
      const field = await until("link", () => one("dialog input[placeholder=Link]"));
      await type(field, "cardume:" + id + "?n=" + encodeURIComponent(text));
      field.form.requestSubmit();
      await until("closed", () => dialog() === null);
    }
    await tasks(videos.length);
    const texts = videos.map(({ text }) => text);
    return this.told(texts, texts);
  },
  /** What the node fetches, and why it could not. */
  async jobs(texts) {
    await tasks(texts.length);
    const [names, words] = [shownIn(".task strong"), shownIn(".task p")];
    return texts.filter((text) => !names.has(text) || !words.has(text));
  },
  /** Texts and names that no task shows as they are; the tasks go. */
  async told(texts, names = []) {
    const words = shownIn(".task p");
    const titles = shownIn(".task strong");
    for (const each of all(".task button[aria-label]")) each.click();
    await until("no tasks", () => all(".task").length === 0);
    return [...texts.filter((text) => !words.has(text)), ...names.filter((name) => !titles.has(name))];
  },
  /** What the node says to a wrong token: its number is sent, its text comes back. */
  async signIn(texts) {
    const field = await until("token", () => one("input[type=password]"));
    for (const [number, text] of texts) {
      await type(field, String(number));
      field.form.requestSubmit();
      await until("refusal " + text, () => all("form [role=alert]").some((each) => isText(each, text)));
    }
  },
  /** Titles that no card shows as they are, from the top to the bottom. */
  async cards(texts) {
    const missing = new Set(texts);
    for (let top = 0; ; top += innerHeight) {
      scrollTo(0, top);
      dispatchEvent(new Event("scroll"));
      await until("cards", () => all(".card").length > 0);
      for (let ticks = 0; ticks < 8; ticks++) await tick();
      for (const each of all(".card .title")) if (each.childElementCount === 0) missing.delete(each.textContent);
      if (missing.size === 0 || top > document.documentElement.scrollHeight) return [...missing];
    }
  },
};
`;
