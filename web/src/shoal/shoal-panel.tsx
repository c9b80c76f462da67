import type { JSX } from "preact";
import { formatBytes, formatDuration, formatRate, percent } from "../base/format.ts";
import { Fish } from "../base/icons.tsx";
import { useTexts } from "../text/texts.ts";
import { peerColour } from "./colours.ts";
import { type Holder, type Shoal, sharesOf } from "./shoal-feed.ts";
import { causeWords, type Stall } from "./stalls.ts";
import type { LiveShoal } from "./use-shoal.ts";

type T = ReturnType<typeof useTexts>;

/** The shoal: the chunks as they come, who sends them, and when playing had to wait. */
export function ShoalPanel({
  live: { shoal, canvas },
  stalls,
}: {
  readonly live: LiveShoal;
  readonly stalls: readonly Stall[];
}): JSX.Element {
  const t = useTexts();
  const isCalm = shoal === undefined || (shoal.held === shoal.chunks && shoal.peers.length === 0);
  return (
    <section class="shoal" aria-labelledby="shoal">
      <div class="shoal-head">
        <h2 id="shoal">{t.shoal}</h2>
        <p class="soft numbers">{shoal === undefined ? t.shoalFinding : summaryOf(shoal, t)}</p>
      </div>
      <div class={`water ${isCalm ? "is-calm" : ""}`}>
        <canvas ref={canvas} role="img" aria-label={shoal === undefined ? t.shoalFinding : labelOf(shoal, t)} />
      </div>
      <div class="shoal-body">
        <div>
          {shoal !== undefined && <Peers shoal={shoal} />}
          <p class="legend">
            <span>{t.fromBefore}</span>
            <span class="is-missing">{t.missing}</span>
          </p>
        </div>
        <Stalls stalls={stalls} />
      </div>
    </section>
  );
}

function summaryOf(shoal: Shoal, t: T): string {
  const { held, chunks, phase, holders, bytesPerSecond } = shoal;
  if (held === chunks) return `${t.chunksHere(held, chunks)} · ${t.shoalWhole}`;
  const sending = holders.filter((one) => one.state === "serving" && one.bytesPerSecond > 0).length;
  const how =
    sending > 0
      ? t.shoalFrom(sending, formatRate(bytesPerSecond, t.tag))
      : phase === "finding" || phase === "connecting"
        ? t.shoalFinding
        : t.shoalIdle;
  return `${t.chunksHere(held, chunks)} · ${how}`;
}

const nameOf = ({ peer, name }: Pick<Holder, "peer" | "name">): string => (name === "" ? `…${peer.slice(-8)}` : name);

/** Those who sent some of what is here, and have no part in what goes on now. */
function sendersOf({ peers, names, holders }: Shoal): Holder[] {
  const present = new Set(holders.map(({ peer }) => peer));
  return peers.flatMap((peer, place) => (present.has(peer) ? [] : [{ ...NO_PART, peer, name: names[place] ?? "" }]));
}

const NO_PART: Omit<Holder, "peer" | "name"> = {
  ...{ state: "gone", reason: null, carrier: null, roundTripMs: null },
  ...{ bytesPerSecond: 0, receivedBytes: 0, heldChunks: 0 },
};

function labelOf(shoal: Shoal, t: T): string {
  const { byPeer, before } = sharesOf(shoal);
  const named = shoal.peers.map((peer, place) => {
    const name = nameOf({ peer, name: shoal.names[place] ?? "" });
    return t.stripShare(name, percent(byPeer[place] ?? 0, shoal.chunks));
  });
  const all = before === 0 ? named : [...named, `${percent(before, shoal.chunks)}% ${t.fromBefore}.`];
  return t.stripLabel(shoal.held, shoal.chunks, all.join(" "));
}

function Peers({ shoal }: { readonly shoal: Shoal }): JSX.Element {
  const t = useTexts();
  const before = sendersOf(shoal);
  const { byPeer } = sharesOf(shoal);
  if (shoal.holders.length + before.length === 0)
    return <p class="soft">{shoal.held === shoal.chunks ? t.noPeers : t.noPeersYet}</p>;
  return (
    <table class="peers">
      <thead>
        <tr>
          <th scope="col">{t.peer}</th>
          <th scope="col" class="figure">
            {t.rate}
          </th>
          <th scope="col" class="figure wide">
            {t.roundTrip}
          </th>
          <th scope="col">{t.shareOf}</th>
        </tr>
      </thead>
      <tbody>
        {[...shoal.holders, ...before].map((holder, at) => {
          const place = shoal.peers.indexOf(holder.peer);
          const part = percent(byPeer[place] ?? 0, shoal.chunks);
          const isBefore = at >= shoal.holders.length;
          return <PeerRow key={holder.peer} holder={holder} place={place} part={part} isBefore={isBefore} />;
        })}
      </tbody>
      {shoal.more > 0 && <caption class="small soft">{t.morePeers(shoal.more)}</caption>}
    </table>
  );
}

function PeerRow({
  holder,
  place,
  part,
  isBefore,
}: {
  readonly holder: Holder;
  readonly place: number;
  /** Of the video's chunks, in per cent, what came from it. */
  readonly part: number;
  /** It has sent, and has no part in what goes on now. */
  readonly isBefore: boolean;
}): JSX.Element {
  const t = useTexts();
  const { peer, state, reason, carrier, roundTripMs, bytesPerSecond, receivedBytes } = holder;
  const colour = place < 0 ? "var(--line-strong)" : peerColour(place);
  const isOn = state === "serving" || state === "connecting";
  const how = carrier === "direct" ? t.direct : carrier === "libp2p" ? t.viaLibp2p : "";
  return (
    <tr class={isOn ? "" : "is-gone"}>
      <td>
        <div class="who">
          <Fish color={colour} />
          <span title={peer}>
            <bdi>{nameOf(holder)}</bdi>
            <span class="small soft">
              {" "}
              {[isBefore ? t.sentBefore : stateWords(state, t), how, isOn ? "" : (reason ?? "")]
                .filter(Boolean)
                .join(", ")}
            </span>
          </span>
        </div>
      </td>
      <td class="figure">{isOn && bytesPerSecond > 0 ? formatRate(bytesPerSecond, t.tag) : "–"}</td>
      <td class="figure wide">
        {roundTripMs === null ? "–" : `${roundTripMs < 10 ? roundTripMs.toFixed(1) : Math.round(roundTripMs)} ms`}
      </td>
      <td class="numbers part-of">
        <span class="share" aria-hidden="true">
          <i style={{ width: `${part}%`, background: colour }} />
        </span>
        <span title={formatBytes(receivedBytes, t.tag)}>{part}%</span>
      </td>
    </tr>
  );
}

const stateWords = (state: Holder["state"], t: T): string =>
  ({ connecting: t.stateConnecting, serving: t.stateServing, gone: t.stateGone, dropped: t.stateDropped })[state];

function Stalls({ stalls }: { readonly stalls: readonly Stall[] }): JSX.Element {
  const t = useTexts();
  return (
    <div>
      <h3>{t.stalls}</h3>
      {stalls.length === 0 && <p class="soft">{t.noStalls}</p>}
      <ul class="stalls" aria-live="polite">
        {stalls.map(({ number, at, seconds, cause }) => (
          <li key={number}>
            <span class="numbers">
              {seconds === undefined ? t.stallNow : t.stallAt(formatDuration(at), seconds.toFixed(1))}
            </span>
            <br />
            <span class="small soft">{causeWords(cause, t, t.tag)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
