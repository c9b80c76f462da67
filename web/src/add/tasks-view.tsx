import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useBox } from "../base/box.ts";
import { formatMoment, formatRate, percent } from "../base/format.ts";
import { shelf } from "../library/videos.ts";
import type { Texts } from "../text/en.ts";
import { useTexts } from "../text/texts.ts";
import { beginJob, dismissJob, type Job, jobs, stopJob } from "./jobs.ts";
import { TaskCard } from "./task-card.tsx";
import { againTask, dismissTask, stopTask, type Task, tasks } from "./tasks.ts";

/** What is being added, in a corner of every view: by this page, and by the node for any page. */
export function Tasks(): JSX.Element | null {
  const t = useTexts();
  const all = useBox(tasks);
  const fetched = useBox(jobs);
  const { videos } = useBox(shelf);
  const [isOpen, setOpen] = useState(false);
  const count = all.length + fetched.length;
  if (count === 0) return null;
  const cards = [
    ...fetched.map((job) => {
      const title = job.title || videos.find(({ id }) => id === job.id)?.title || t.untitled;
      return { place: PLACES[STATES[job.state]], card: <JobCard key={job.id} job={job} title={title} /> };
    }),
    ...all.map((task) => ({ place: PLACES[task.state], card: <OwnCard key={task.key} task={task} /> })),
  ].toSorted((one, other) => one.place - other.place);
  return (
    <aside class="tasks" aria-label={t.add}>
      <div class={`task-list ${isOpen ? "is-open" : ""}`}>
        {cards.slice(0, isOpen ? count : FEW).map(({ card }) => card)}
      </div>
      {count > FEW && (
        <div class="task task-head">
          <button type="button" class="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? t.fewerTasks : t.moreTasks(count - FEW)}
          </button>
          {cards.some(({ place }) => place === PLACES.done) && (
            <button type="button" class="button is-quiet" onClick={dismissDone}>
              {t.dismissDone}
            </button>
          )}
        </div>
      )}
    </aside>
  );
}

/** So many are shown where there are more. */
const FEW = 3;
/** What somebody has to look at comes first, then what moves. */
const PLACES: Readonly<Record<Task["state"], number>> = { failed: 0, busy: 1, stopped: 2, done: 3 };

function dismissDone(): void {
  for (const { key, state } of tasks.value) if (state === "done") dismissTask(key);
  for (const { id, state } of jobs.value) if (state === "done") void dismissJob(id);
}

function OwnCard({ task }: { readonly task: Task }): JSX.Element {
  const { key } = task;
  const acts = {
    stop: () => stopTask(key),
    again: () => againTask(key),
    dismiss: () => dismissTask(key),
  };
  return <TaskCard task={task} acts={acts} />;
}

/** A fetch of the node's: it stays when this page goes. */
function JobCard({ job, title }: { readonly job: Job; readonly title: string }): JSX.Element {
  const t = useTexts();
  const { id, state, bytes, writtenBytes } = job;
  const hasSome = writtenBytes > 0 || state === "done";
  const task: Omit<Task, "key"> = {
    name: title,
    state: STATES[state],
    words: wordsOf(job, t, t.tag),
    part: bytes === 0 || state === "waiting" ? undefined : writtenBytes / bytes,
    ...(hasSome ? { id } : {}),
  };
  const acts = {
    stop: () => void stopJob(id),
    again: () => void beginJob(id, title),
    dismiss: () => void dismissJob(id),
  };
  return <TaskCard task={task} acts={acts} againWords={state === "later" ? t.tryNow : t.resumeUpload} />;
}

/** What waits for its next try is no failure: it can be tried at once, or taken from the list. */
const STATES: Readonly<Record<Job["state"], Task["state"]>> = {
  ...{ waiting: "busy", fetching: "busy", later: "stopped" },
  ...{ done: "done", stopped: "stopped", failed: "failed" },
};

function wordsOf(job: Job, t: Texts, language: string): string {
  const per = percent(job.writtenBytes, job.bytes);
  const at = formatMoment(job.nextTryAtMs ?? 0, language);
  switch (job.state) {
    case "waiting":
      return t.inLine;
    case "fetching":
      if (job.bytes === 0) return t.finding;
      return job.peers > 0 && job.bytesPerSecond > 0
        ? t.fetchingFrom(per, job.peers, formatRate(job.bytesPerSecond, language))
        : t.fetching(per);
    case "later":
      return job.outcome === "missing" ? t.laterMissing(at) : t.later(at);
    case "done":
      return t.added;
    case "stopped":
      return t.stopped;
    case "failed":
      return job.problem;
  }
}
