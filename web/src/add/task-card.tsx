import type { JSX } from "preact";
import { useBox } from "../base/box.ts";
import { Icon } from "../base/icons.tsx";
import { route, watchAddress } from "../base/route.ts";
import { useTexts } from "../text/texts.ts";
import type { Task } from "./tasks.ts";

/** What can be done with a card. */
export interface CardActs {
  stop(): void;
  again(): void;
  dismiss(): void;
}

/** Something that is being added, or was. Names are claims. */
export function TaskCard(props: {
  readonly task: Omit<Task, "key">;
  readonly acts: CardActs;
  /** For going on, when that has another name here. */
  readonly againWords?: string;
}): JSX.Element {
  const { acts, againWords } = props;
  const { name, state, words, part, id } = props.task;
  const t = useTexts();
  const where = useBox(route);
  const isThere = where.at === "watch" && where.id === id;
  return (
    <div class="task">
      <div class="task-head">
        <strong dir="auto" title={name}>
          {name}
        </strong>
        {state === "busy" && (
          <button type="button" class="button" onClick={acts.stop}>
            {t.cancel}
          </button>
        )}
        {(state === "stopped" || state === "failed") && (
          <button type="button" class="button" onClick={acts.again}>
            {againWords ?? t.resumeUpload}
          </button>
        )}
        {id !== undefined && !isThere && (
          <a class="button" href={watchAddress(id)}>
            {t.watchNow}
          </a>
        )}
        {state !== "busy" && (
          <button type="button" class="button is-quiet is-round" aria-label={t.dismiss} onClick={acts.dismiss}>
            <Icon name="close" />
          </button>
        )}
      </div>
      <p class={`small ${state === "failed" ? "grave" : "soft"}`} role="status">
        {words}
      </p>
      {state === "busy" && <progress aria-label={name} max={1} {...(part === undefined ? {} : { value: part })} />}
    </div>
  );
}
