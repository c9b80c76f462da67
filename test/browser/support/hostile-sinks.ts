/**
 * A page that makes every mistake there is, each on purpose: `plant(texts)` puts texts where they come alive. It shows that
 * a corpus is no blank, and that whoever looks for harm finds it. Texts come as `{text, encoding, sink}`.
 */
export const PLANTED_SINKS: string = `
const run = (source) => {
  try { return new Function(source)(); } catch { return undefined; }
};
const decoded = (text) => new DOMParser().parseFromString("<textarea>" + text.replaceAll("<", "&lt;") + "</textarea>", "text/html").querySelector("textarea").value;

const DECODERS = {
  plain: (text) => text,
  capitals: (text) => text,
  entities: decoded,
  percent: (text) => decodeURIComponent(text),
  escapes: (text) => text.replace(/\\\\u([0-9a-f]{4})/g, (_, code) => String.fromCharCode(parseInt(code, 16))),
  wide: (text) => text.normalize("NFKC"),
  nested: (text) => text.replaceAll("<script>", ""),
  "control characters": (text) => text.replace(/[\\u202e\\u0000\\u200f]/g, ""),
};

const framed = (box, act) => {
  const frame = document.createElement("iframe");
  box.append(frame);
  act(frame);
};
const written = (html) => (_, box) => framed(box, (frame) => {
  frame.contentDocument.open();
  frame.contentDocument.write(html);
  frame.contentDocument.close();
});
const marked = (html) => (text, box) => { box.innerHTML = html(text); };
const scripted = (source) => (text) => run(source(text));

const SINKS = {
  markup: marked((text) => text),
  twice: (text, box) => { box.innerHTML = text; box.innerHTML = box.innerHTML; },
  double: marked((text) => '<input value="' + text + '">'),
  single: marked((text) => "<input value='" + text + "'>"),
  bare: marked((text) => "<input value=" + text + ">"),
  rawtext: marked((text) => "<textarea>" + text + "</textarea>"),
  comment: marked((text) => "<!-- " + text + " -->"),
  style: marked((text) => '<p style="color:' + text + '">x</p>'),
  rule: marked((text) => "<style>p{color:" + text + "}</style><i>x</i>"),
  written: (text, box) => written(text)(text, box),
  "script element": (text, box) => written("<script>const x = '" + text + "'</script>")(text, box),
  link: (text, box) => {
    const link = document.createElement("a");
    link.href = text;
    box.append(link);
  },
  frame: (text, box) => framed(box, (frame) => { frame.src = text; }),
  "single-quoted script": scripted((text) => "const x = '" + text + "'"),
  "double-quoted script": scripted((text) => 'const x = "' + text + '"'),
  "escaped script": scripted((text) => "const x = '" + text.replaceAll("'", "\\\\'") + "'"),
  "template script": scripted((text) => "const x = \`" + text + "\`"),
  "line comment": scripted((text) => "// " + text),
  "block comment": scripted((text) => "/* " + text + " */"),
  template: (text) => text.replace(/\\{\\{(.*?)\\}\\}|<%=(.*?)%>|#\\{(.*?)\\}/g, (_, ...parts) =>
    String(run("with (Object) return (" + parts.slice(0, 3).find((part) => part !== undefined) + ")"))),
};

/** What people do: they point, they press, the keys lead them from one thing to the next. */
function touch(box) {
  const found = [...box.querySelectorAll("*")];
  for (const frame of box.querySelectorAll("iframe")) {
    let inner;
    try { inner = frame.contentDocument; } catch { continue; }
    if (inner !== null) found.push(...inner.querySelectorAll("*"));
  }
  for (const element of found) {
    element.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
    if (element.matches("[onfocus]")) element.dispatchEvent(new FocusEvent("focus"));
    if (element.matches("a, button, input[type=submit]")) element.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  }
}

/** Styles apply and animations begin with the frames. */
const rest = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 30))));

window.plant = async (texts) => {
  for (let at = 0; at < texts.length; at += 60) {
    const boxes = texts.slice(at, at + 60).map(({ text, encoding, sink }) => {
      const box = document.createElement("div");
      document.body.append(box);
      SINKS[sink](DECODERS[encoding](text), box);
      return box;
    });
    await rest();
    for (const box of boxes) touch(box);
    await rest();
    for (const box of boxes) box.remove();
  }
};
`;

/** The same for a page that is not to be touched: one text, taken for markup, as a page would do it by mistake. */
export const ONE_MISTAKE = `(text) => {
  const box = document.createElement("p");
  document.querySelector("#page, body").append(box);
  box.innerHTML = text;
}`;
