import type { JSX } from "preact";
import { formatBytes, languageName } from "../base/format.ts";
import { useTexts } from "../text/texts.ts";
import type { Facts, TrackFacts } from "./facts.ts";

/** What is known of a video. Texts are claims of strangers. */
export function FactsList({ facts }: { readonly facts: Facts }): JSX.Element {
  const t = useTexts();
  const line = ({ codec, title, language, width, height, channels, problem }: TrackFacts): string =>
    [
      codec?.toUpperCase() ?? "?",
      width === null || height === null ? "" : `${width} × ${height}`,
      language === "" || language === "und" ? "" : languageName(language, t.tag),
      title,
      channels === null ? "" : `${channels} ch`,
      problem ?? "",
    ]
      .filter((text) => text !== "")
      .join(" · ");
  const lines = (kind: TrackFacts["kind"]): JSX.Element[] =>
    facts.tracks.filter((track) => track.kind === kind).map((track) => <div key={track.number}>{line(track)}</div>);
  const rows = [
    [t.file, facts.fileName],
    [t.size, formatBytes(facts.bytes, t.tag)],
    [t.format, facts.container ?? facts.problem ?? "?"],
    [t.picture, lines("video")],
    [t.sound, lines("audio")],
    [t.subtitles, lines("subtitle")],
    [t.id, facts.id],
  ] as const;
  return (
    <section aria-labelledby="details">
      <h2 id="details">{t.details}</h2>
      <dl class="facts">
        {rows
          .filter(([, value]) => value.length > 0)
          .map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} is`}>{value}</dd>])}
      </dl>
    </section>
  );
}

/** What keys do. */
export function Keys(): JSX.Element {
  const t = useTexts();
  return (
    <section class="keys" aria-labelledby="keys">
      <h2 id="keys">{t.keys}</h2>
      <dl class="facts">
        {t.keysText.map(([keys, does]) => [
          <dt key={keys}>
            <kbd>{keys}</kbd>
          </dt>,
          <dd key={does}>{does}</dd>,
        ])}
      </dl>
    </section>
  );
}
