import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { access } from "../base/api.ts";
import { useBox } from "../base/box.ts";
import { Dialog } from "../base/dialog.tsx";
import { linkIn } from "../library/link.ts";
import { SignIn } from "../sign-in.tsx";
import { useTexts } from "../text/texts.ts";
import { beginJob } from "./jobs.ts";
import { addFile, addPath } from "./tasks.ts";

/** Three ways to add a video. */
export function AddDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const t = useTexts();
  const may = useBox(access);
  return (
    <Dialog title={t.addTitle} onClose={onClose}>
      {may === "change" ? (
        <div class="ways">
          <FromDevice onDone={onClose} />
          <FromText
            title={t.addLink}
            label={t.linkLabel}
            hint={t.linkHint}
            action={t.addLinkDo}
            problemOf={(text) => (linkIn(text)?.id === undefined ? t.linkBroken : "")}
            onText={(text) => {
              const { id, name, text: link } = linkIn(text) ?? {};
              if (id !== undefined) void beginJob(id, name ?? "", link);
              onClose();
            }}
          />
          <FromText
            title={t.addPath}
            label={t.pathLabel}
            hint={t.pathHint}
            action={t.addPathDo}
            problemOf={() => ""}
            onText={(text) => {
              addPath(text.trim());
              onClose();
            }}
          />
        </div>
      ) : (
        <SignIn />
      )}
    </Dialog>
  );
}

function FromDevice({ onDone }: { readonly onDone: () => void }): JSX.Element {
  const t = useTexts();
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const take = (files: FileList | null | undefined): void => {
    const some = [...(files ?? [])].filter(({ size }) => size > 0);
    for (const file of some) addFile(file);
    if (some.length > 0) onDone();
  };
  return (
    <section>
      <h3>{t.addUpload}</h3>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is for the mouse alone; the button does the same */}
      <div
        class={`drop ${isOver ? "is-over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          take(event.dataTransfer?.files);
        }}
      >
        <p class="soft">{t.uploadHint}</p>
        <button type="button" class="button" onClick={() => input.current?.click()}>
          {t.choose}
        </button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label={t.choose}
          accept="video/*,audio/*,.mkv,.ts,.m2ts,.avi"
          onChange={(event) => take(event.currentTarget.files)}
        />
      </div>
    </section>
  );
}

function FromText(props: {
  readonly title: string;
  readonly label: string;
  readonly hint: string;
  readonly action: string;
  /** What is wrong with a text; empty: nothing. */
  readonly problemOf: (text: string) => string;
  readonly onText: (text: string) => void;
}): JSX.Element {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const hint = useId();
  const send = (event: Event): void => {
    event.preventDefault();
    const wrong = props.problemOf(text);
    setProblem(wrong);
    if (wrong === "") props.onText(text);
  };
  return (
    <section>
      <h3>{props.title}</h3>
      <form onSubmit={send}>
        <input
          class="field"
          type="text"
          required
          spellcheck={false}
          autocomplete="off"
          maxLength={4096}
          aria-label={props.label}
          placeholder={props.label}
          aria-describedby={hint}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" class="button">
          {props.action}
        </button>
      </form>
      <p class="hint" id={hint}>
        {props.hint}
      </p>
      <p class="grave small" role="alert">
        {problem}
      </p>
    </section>
  );
}
