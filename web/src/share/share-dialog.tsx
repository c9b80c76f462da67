import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { askFor } from "../base/api.ts";
import { Copying } from "../base/copy.tsx";
import { Dialog } from "../base/dialog.tsx";
import { useTexts } from "../text/texts.ts";
import { qrOf } from "./qr.ts";

/** A link to a video, to copy and to photograph. */
export function ShareDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }): JSX.Element {
  const t = useTexts();
  const [link, setLink] = useState("");
  const [problem, setProblem] = useState("");
  useEffect(() => {
    askFor<{ readonly link: string }>(`/api/v1/videos/${id}/link`).then(
      (answer) => setLink(answer.link),
      (error: unknown) => setProblem((error as Error).message),
    );
  }, [id]);
  return (
    <Dialog title={t.shareTitle} onClose={onClose}>
      <p class="soft">{t.shareText}</p>
      <p class="grave" role="alert">
        {problem}
      </p>
      {link !== "" && <Qr text={link} />}
      {link !== "" && <Copying label={t.linkLabel} text={link} />}
    </Dialog>
  );
}

function Qr({ text }: { readonly text: string }): JSX.Element {
  const t = useTexts();
  const rows = qrOf(text);
  if (rows === undefined) return <p class="soft">{t.tooLongForQr}</p>;
  const path = rows.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  const size = rows.length;
  return (
    <figure class="qr">
      <svg viewBox={`-4 -4 ${size + 8} ${size + 8}`} role="img" aria-label={t.qrLabel} shape-rendering="crispEdges">
        <path d={path} fill="#10302f" />
      </svg>
    </figure>
  );
}
