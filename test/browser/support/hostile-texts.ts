const HARM = "window.harmed=(window.harmed||0)+1";

const VECTORS = [
  `<script>${HARM}</script>`,
  `<img src=x onerror="${HARM}">`,
  `<svg/onload="${HARM}">`,
  `"><img src=x onerror=${HARM}>`,
  `' onmouseover='${HARM}' x='`,
  `" autofocus onfocus="${HARM}" x="`,
  `javascript:${HARM}`,
  `<iframe srcdoc="<script>parent.${HARM}</script>">`,
  `<a href="javascript:${HARM}">x</a>`,
  `<details open ontoggle="${HARM}">`,
  `<video><source onerror="${HARM}">`,
  `<math><mtext></table><mglyph><style><img src=x onerror=${HARM}>`,
  `</title><script>${HARM}</script>`,
  `</textarea><script>${HARM}</script>`,
  `<!--><img src=x onerror=${HARM}>-->`,
  `<body onload=${HARM}>`,
  `<object data="javascript:${HARM}">`,
  `<form><button formaction="javascript:${HARM}">x`,
  `<style>@import 'javascript:${HARM}';</style>`,
  `<base href="https://evil.example/">`,
  `<meta http-equiv="refresh" content="0;url=https://evil.example/">`,
  `<link rel=stylesheet href=https://evil.example/x.css>`,
  `{{constructor.constructor('${HARM}')()}}`,
  `\${${HARM}}`,
  `<img src="https://evil.example/pixel.png">`,
];

const WRAPS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `film ${text}`,
  (text) => text.toUpperCase().replaceAll("WINDOW.HARMED", "window.harmed"),
  (text) => text.replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  (text) => text.replaceAll("<", "\\u003c"),
  (text) => encodeURIComponent(text),
  (text) => `\u202e${text}\u0000`,
  (text) => `]]>${text}<![CDATA[`,
  (text) => `${"a".repeat(60)}${text}`,
  (text) => `<${text}`,
];

/** Texts that run something wherever they are taken for more than text: some 250. */
export const HOSTILE_TEXTS: readonly string[] = VECTORS.flatMap((text) => WRAPS.map((wrap) => wrap(text)));
