import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { followJobs } from "./add/jobs.ts";
import { Tasks } from "./add/tasks-view.tsx";
import { access } from "./base/api.ts";
import { useBox } from "./base/box.ts";
import { route } from "./base/route.ts";
import { LibraryView } from "./library/library-view.tsx";
import { followEvents } from "./library/videos.ts";
import { SignIn } from "./sign-in.tsx";
import { useTexts } from "./text/texts.ts";
import { WatchView } from "./watch/watch-view.tsx";

/** The page. */
export function App(): JSX.Element {
  const t = useTexts();
  const where = useBox(route);
  const may = useBox(access);
  useEffect(() => {
    if (may === "none") return;
    const ends = [followEvents(), followJobs()];
    return () => {
      for (const end of ends) end();
    };
  }, [may]);
  if (may === "none")
    return (
      <main id="content">
        <SignIn isNeeded />
      </main>
    );
  return (
    <>
      <button type="button" class="skip unseen" onClick={toContent}>
        {t.skip}
      </button>
      {where.at === "library" ? <LibraryView /> : <WatchView key={where.id} id={where.id} />}
      <Tasks />
    </>
  );
}

/** Not by an address: what is behind `#` says where the page is. */
function toContent(): void {
  document.querySelector<HTMLElement>("#content")?.focus();
}
