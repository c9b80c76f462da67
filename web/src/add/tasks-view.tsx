import type { JSX } from "preact";
import { useBox } from "../base/box.ts";
import { Icon } from "../base/icons.tsx";
import { watchAddress } from "../base/route.ts";
import { useTexts } from "../text/texts.ts";
import { againTask, dismissTask, stopTask, type Task, tasks } from "./tasks.ts";

/** What is being added, in a corner of every view. */
export function Tasks(): JSX.Element | null {
  const t = useTexts();
  const all = useBox(tasks);
  if (all.length === 0) return null;
  return (
    <aside class="tasks" aria-label={t.add}>
      {all.map((task) => (
        <TaskCard key={task.key} task={task} />
      ))}
    </aside>
  );
}

function TaskCard({ task: { key, name, state, words, part, id } }: { readonly task: Task }): JSX.Element {
  const t = useTexts();
  return (
    <div class="task">
      <div class="task-head">
        <strong dir="auto" title={name}>
          {name}
        </strong>
        {state === "busy" && (
          <button type="button" class="button" onClick={() => stopTask(key)}>
            {t.cancel}
          </button>
        )}
        {(state === "stopped" || state === "failed") && (
          <button type="button" class="button" onClick={() => againTask(key)}>
            {t.resumeUpload}
          </button>
        )}
        {id !== undefined && (
          <a class="button" href={watchAddress(id)}>
            {t.watchNow}
          </a>
        )}
        {state !== "busy" && (
          <button
            type="button"
            class="button is-quiet is-round"
            aria-label={t.dismiss}
            onClick={() => dismissTask(key)}
          >
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
