import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useTexts } from "../text/texts.ts";

/** A text to copy: it can be selected by hand where the browser will not. */
export function Copying({ label, text }: { readonly label: string; readonly text: string }): JSX.Element {
  const t = useTexts();
  const [state, setState] = useState<"" | "done" | "failed">("");
  useEffect(() => {
    if (state !== "done") return;
    const timer = setTimeout(() => setState(""), 2500);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = (): void => {
    copyText(text).then(
      () => setState("done"),
      () => setState("failed"),
    );
  };
  return (
    <>
      <div class="copying">
        <input
          class="field"
          aria-label={label}
          readOnly
          value={text}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" class="button" onClick={copy}>
          {state === "done" ? t.copied : t.copy}
        </button>
      </div>
      <p class="small grave" role="status">
        {state === "failed" ? t.copyFailed : ""}
      </p>
    </>
  );
}

/** Over plain HTTP on a network, browsers have no clipboard for pages. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard === undefined) throw new Error("no clipboard");
  await navigator.clipboard.writeText(text);
}
