/** What keys do to a player. */
export interface Keyed {
  readonly video: HTMLVideoElement;
  toggleSubtitles(): void;
  toggleFullScreen(): void;
  leave(): void;
}

const STEP_SECONDS = 10;

type Act = (keyed: Keyed) => void;

const ACTS: Readonly<Record<string, Act>> = {
  " ": togglePlay,
  k: togglePlay,
  arrowleft: step(-STEP_SECONDS),
  j: step(-STEP_SECONDS),
  arrowright: step(STEP_SECONDS),
  l: step(STEP_SECONDS),
  arrowup: louder(0.1),
  arrowdown: louder(-0.1),
  m: ({ video }) => {
    video.muted = !video.muted;
  },
  c: (keyed) => keyed.toggleSubtitles(),
  f: (keyed) => keyed.toggleFullScreen(),
  escape: (keyed) => keyed.leave(),
};

function togglePlay({ video }: Keyed): void {
  if (video.paused) void video.play().catch(() => {});
  else video.pause();
}

function louder(by: number): Act {
  return ({ video }) => {
    video.volume = Math.min(1, Math.max(0, video.volume + by));
  };
}

function step(seconds: number): Act {
  return ({ video }) => {
    video.currentTime = Math.min(video.duration || 0, Math.max(0, video.currentTime + seconds));
  };
}

/** Whether somebody types, or a control takes this key for itself. */
function isTaken(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches("input, select, textarea") || document.querySelector("dialog[open]") !== null) return true;
  return (event.key === " " || event.key === "Enter") && target.matches("button, a, [role=button], [role=slider]");
}

/** Does what a key is for. @returns whether it is for anything */
export function press(event: KeyboardEvent, keyed: Keyed): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || isTaken(event)) return false;
  const key = event.key.toLowerCase();
  const { video } = keyed;
  if (/^[0-9]$/.test(key) && Number.isFinite(video.duration)) video.currentTime = (video.duration * Number(key)) / 10;
  else if (ACTS[key] === undefined) return false;
  else ACTS[key](keyed);
  event.preventDefault();
  return true;
}
