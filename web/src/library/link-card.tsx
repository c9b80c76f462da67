import type { JSX } from "preact";
import { beginJob } from "../add/jobs.ts";
import { watchAddress } from "../base/route.ts";
import { useTexts } from "../text/texts.ts";
import type { LinkWords } from "./link.ts";
import { sought } from "./search.tsx";

/** What a pasted link is good for. */
export function LinkCard({ link: { text, id, name } }: { readonly link: LinkWords }): JSX.Element {
  const t = useTexts();
  const open = (isToWatch: boolean) => (): void => {
    // The peers that the link names are asked first, so that it is fetched by its link in either case.
    if (id === undefined) return;
    void beginJob(id, name, text).then(() => {
      sought.set("");
      if (isToWatch) location.hash = watchAddress(id);
    });
  };
  return (
    <div class="still">
      <h1 dir="auto">{name === "" ? t.linkBare : t.linkOf(name)}</h1>
      {id === undefined ? (
        <p role="alert">{t.linkBroken}</p>
      ) : (
        <div class="acts">
          <button type="button" class="button is-main" onClick={open(true)}>
            {t.watchNow}
          </button>
          <button type="button" class="button" onClick={open(false)}>
            {t.addLinkDo}
          </button>
        </div>
      )}
    </div>
  );
}
