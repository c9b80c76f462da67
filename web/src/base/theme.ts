import { Box } from "./box.ts";
import { memory } from "./memory.ts";

/** How the page looks: `auto` as the system has it. */
export type Theme = "auto" | "light" | "dark";

const chosen = memory.get("theme");
/** What was chosen. */
export const theme = new Box<Theme>(chosen === "light" || chosen === "dark" ? chosen : "auto");

const show = (): void => {
  const { dataset } = document.documentElement;
  if (theme.value === "auto") delete dataset["theme"];
  else dataset["theme"] = theme.value;
};
theme.follow(show);
show();

/** Changes it, for this browser from now on. */
export function chooseTheme(name: string): void {
  const next = name === "light" || name === "dark" ? name : "auto";
  memory.set("theme", next === "auto" ? undefined : next);
  theme.set(next);
}
