import { labelOf } from "../core/content/label.ts";
import { STORE } from "../core/limits.ts";

/** What separates folders somewhere, or is refused by Windows. */
const SEPARATORS = /[/\\<>:"|?*]/g;

/** Names that are devices on Windows, with any extension and in any case. */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$) *(?:\.|$)/i;

/**
 * A name that somebody claims, as the name of a file right inside a folder, on any system: no path, no control
 * characters or marks that turn the direction of text, no device, not hidden, not empty, at most 200 bytes of composed
 * UTF-8. A long one keeps its extension.
 */
export function safeFileName(name: string): string {
  const bounded =
    name.length > STORE.maxExportNameChars
      ? name.slice(0, STORE.maxExportNameChars / 2) + name.slice(-STORE.maxExportNameChars / 2)
      : name;
  const flat = labelOf(bounded, STORE.maxExportNameChars).replace(SEPARATORS, "_");
  const bare = withoutEnds(flat);
  const safe = cut(DEVICE.test(bare) ? `_${bare}` : bare);
  return safe === "" ? "untitled" : safe;
}

/** Windows drops points and spaces at the end, and a name that begins with a point is hidden. Any kind of space. */
const withoutEnds = (name: string): string => name.replace(/^[.\s]+/, "").replace(/[.\s]+$/, "");

function cut(name: string): string {
  if (Buffer.byteLength(name) <= STORE.maxExportNameBytes) return name;
  const extension = /\.[\p{L}\p{N}]{1,10}$/u.exec(name)?.[0] ?? "";
  let left = STORE.maxExportNameBytes - Buffer.byteLength(extension);
  let stem = "";
  for (const character of name.slice(0, name.length - extension.length)) {
    left -= Buffer.byteLength(character);
    if (left < 0) break;
    stem += character;
  }
  return withoutEnds(stem) + extension;
}
