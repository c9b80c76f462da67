import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { AddDialog } from "../add/add-dialog.tsx";
import { Box, useBox } from "../base/box.ts";
import { Dialog } from "../base/dialog.tsx";
import { Icon, Mark } from "../base/icons.tsx";
import { LIBRARY } from "../base/route.ts";
import { chooseTheme, theme } from "../base/theme.ts";
import { chooseLanguage, LANGUAGES, useTexts } from "../text/texts.ts";

/** Whether the dialog for adding is open. */
export const isAdding = new Box(false);

/** The bar over every view. */
export function Top({ children }: { readonly children?: ComponentChildren }): JSX.Element {
  const t = useTexts();
  const isAddOpen = useBox(isAdding);
  const [hasSettings, setSettings] = useState(false);
  return (
    <header class={`top ${children === undefined ? "is-bare" : ""}`}>
      <a class="mark" href={LIBRARY}>
        <Mark />
        cardume
      </a>
      {children}
      <div class="tools">
        <button
          type="button"
          class="button is-quiet is-round"
          aria-label={t.settings}
          title={t.settings}
          onClick={() => setSettings(true)}
        >
          <Icon name="settings" />
        </button>
        <button type="button" class="button is-main" onClick={() => isAdding.set(true)}>
          <Icon name="add" />
          <span class="label">{t.add}</span>
        </button>
      </div>
      {isAddOpen && <AddDialog onClose={() => isAdding.set(false)} />}
      {hasSettings && <Settings onClose={() => setSettings(false)} />}
    </header>
  );
}

function Settings({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const t = useTexts();
  const chosen = useBox(theme);
  return (
    <Dialog title={t.settings} onClose={onClose}>
      <div class="choices">
        <div>
          <label for="theme">{t.theme}</label>
          <select id="theme" class="field" value={chosen} onChange={(event) => chooseTheme(event.currentTarget.value)}>
            <option value="auto">{t.themeAuto}</option>
            <option value="light">{t.themeLight}</option>
            <option value="dark">{t.themeDark}</option>
          </select>
        </div>
        <div>
          <label for="language">{t.language}</label>
          <select
            id="language"
            class="field"
            value={t.tag}
            onChange={(event) => chooseLanguage(event.currentTarget.value)}
          >
            {Object.entries(LANGUAGES).map(([tag, { name }]) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </select>
        </div>
      </div>
    </Dialog>
  );
}
