import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { beginJob, jobs } from "../add/jobs.ts";
import { noteFailure } from "../add/tasks.ts";
import { type ApiProblem, access, ask } from "../base/api.ts";
import { useBox } from "../base/box.ts";
import { Copying } from "../base/copy.tsx";
import { Dialog } from "../base/dialog.tsx";
import { Icon } from "../base/icons.tsx";
import { LIBRARY } from "../base/route.ts";
import { ShareDialog } from "../share/share-dialog.tsx";
import { SignIn } from "../sign-in.tsx";
import { useTexts } from "../text/texts.ts";
import type { Facts } from "./facts.ts";

/** What can be done with a video. */
export function Acts(props: {
  readonly id: string;
  readonly title: string;
  readonly facts: Facts;
  readonly isWhole: boolean;
}): JSX.Element {
  const { id, title, facts, isWhole } = props;
  const t = useTexts();
  const may = useBox(access);
  const [open, setOpen] = useState<"" | "share" | "elsewhere" | "remove" | "sign-in">("");
  const close = (): void => setOpen("");
  const isKept = useBox(jobs).some((job) => job.id === id && UNDER_WAY.has(job.state));
  const keep = (): void => (may === "change" ? void beginJob(id, title) : setOpen("sign-in"));
  return (
    <div class="acts">
      <button type="button" class="button is-main" onClick={() => setOpen("share")}>
        <Icon name="share" />
        {t.share}
      </button>
      {!isWhole && !isKept && (
        <button type="button" class="button" onClick={keep}>
          <Icon name="keep" />
          {t.keepAll}
        </button>
      )}
      <button type="button" class="button" onClick={() => setOpen("elsewhere")}>
        <Icon name="screen" />
        {t.playElsewhere}
      </button>
      <button
        type="button"
        class="button is-quiet is-round"
        aria-label={t.remove}
        title={t.remove}
        onClick={() => setOpen(may === "change" ? "remove" : "sign-in")}
      >
        <Icon name="remove" />
      </button>
      {open === "share" && <ShareDialog id={id} onClose={close} />}
      {open === "elsewhere" && <Elsewhere facts={facts} onClose={close} />}
      {open === "remove" && <Remove id={id} title={title} onClose={close} />}
      {open === "sign-in" && (
        <Dialog title={t.signInTitle} onClose={close}>
          <SignIn onDone={close} />
        </Dialog>
      )}
    </div>
  );
}

/** It is fetched already: pressing again would do nothing. */
const UNDER_WAY: ReadonlySet<string> = new Set(["waiting", "fetching", "later"]);

function Elsewhere({ facts, onClose }: { readonly facts: Facts; readonly onClose: () => void }): JSX.Element {
  const t = useTexts();
  const whole = (path: string): string => new URL(path, location.href).href;
  return (
    <Dialog title={t.playElsewhereTitle} onClose={onClose}>
      <p class="soft">{t.playElsewhereText}</p>
      <h3>{t.streamAddress}</h3>
      <Copying label={t.streamAddress} text={whole(facts.path)} />
      {facts.problem === null && (
        <>
          <h3>{t.hlsAddress}</h3>
          <Copying label={t.hlsAddress} text={whole(facts.playlist)} />
        </>
      )}
    </Dialog>
  );
}

/** Whoever asked for it may be elsewhere when it fails. */
function removeVideo(id: string, title: string): void {
  ask(`/api/v1/videos/${id}`, { method: "DELETE" }).catch(({ message }: ApiProblem) =>
    noteFailure(title, message, () => removeVideo(id, title)),
  );
}

function Remove(props: { readonly id: string; readonly title: string; readonly onClose: () => void }): JSX.Element {
  const { id, title, onClose } = props;
  const t = useTexts();
  const remove = (): void => {
    // The player lets go first, and this view with it.
    location.hash = LIBRARY;
    removeVideo(id, title);
  };
  return (
    <Dialog title={t.removeTitle} onClose={onClose}>
      <p dir="auto">{title}</p>
      <p class="soft">{t.removeText}</p>
      <div class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          {t.keepIt}
        </button>
        <button type="button" class="button is-grave" onClick={remove}>
          {t.removeDo}
        </button>
      </div>
    </Dialog>
  );
}
