import { Box, useBox } from "../base/box.ts";
import { memory } from "../base/memory.ts";
import { en, type Texts } from "./en.ts";
import { pt } from "./pt.ts";

/** The languages of the page, by their tags. */
export const LANGUAGES: Readonly<Record<"en" | "pt", Texts>> = { en, pt };
/** A language's tag. */
export type Language = keyof typeof LANGUAGES;

const isLanguage = (tag: string | undefined): tag is Language => tag === "en" || tag === "pt";

function preferred(): Language {
  const chosen = memory.get("language");
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? "en";
}

/** The language that the page is in. */
export const language = new Box<Language>(preferred());

const show = (): void => {
  document.documentElement.lang = language.value === "pt" ? "pt-PT" : language.value;
};
language.follow(show);
show();

/** Changes the language, for this browser from now on. */
export function chooseLanguage(tag: string): void {
  if (!isLanguage(tag)) return;
  memory.set("language", tag);
  language.set(tag);
}

/** What the page says, in the language of the moment, with its tag. */
export function useTexts(): Texts & { readonly tag: Language } {
  const tag = useBox(language);
  return { ...LANGUAGES[tag], tag };
}

/** What the page says, for what is no view. */
export const texts = (): Texts => LANGUAGES[language.value];
