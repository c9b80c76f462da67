import { Box } from "./box.ts";

/** Where the page is. */
export type Route = { readonly at: "library" } | { readonly at: "watch"; readonly id: string };

const read = (): Route => {
  const [, id] = /^#\/v\/([a-z2-7]{52})$/.exec(location.hash) ?? [];
  return id === undefined ? { at: "library" } : { at: "watch", id };
};

/** The route, by what is behind `#` in the address. */
export const route = new Box<Route>(read());
addEventListener("hashchange", () => route.set(read()));

/** The address of a video's own page. */
export const watchAddress = (id: string): string => `#/v/${id}`;
/** The address of the library. */
export const LIBRARY = "#/";

/** The one-time code that the page was opened with; it is taken out of the address at once. */
export function takeLogin(): string | undefined {
  const [, code] = /^#login=([\w-]{1,64})$/.exec(location.hash) ?? [];
  if (code !== undefined) history.replaceState(null, "", location.pathname);
  return code;
}
