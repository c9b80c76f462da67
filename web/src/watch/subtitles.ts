import type Hls from "hls.js";
import type { Events } from "hls.js";

/**
 * Shows the subtitles that hls.js reads, in tracks of our own: its own need a `data:` address, which the page's policy
 * has no place for. The browser draws cues as text; markup in them is WebVTT's and runs nothing.
 */
export class Subtitles {
  readonly #video: HTMLVideoElement;
  readonly #tracks = new Map<number, TextTrack>();
  readonly #seen = new Set<string>();

  constructor(video: HTMLVideoElement, hls: Hls, events: typeof Events) {
    this.#video = video;
    hls.on(events.CUES_PARSED, (_event, { cues, track }) => {
      const place = track === "default" ? hls.subtitleTracks.findIndex((one) => one.default) : Number(track.slice(9));
      this.#add(place, cues as readonly VTTCue[]);
      this.#show(hls.subtitleTrack);
    });
    hls.on(events.SUBTITLE_TRACK_SWITCH, (_event, { id }) => this.#show(id));
  }

  /** A text track cannot be taken away again; it is emptied. */
  close(): void {
    for (const track of this.#tracks.values()) {
      for (const cue of [...(track.cues ?? [])]) track.removeCue(cue);
      track.mode = "disabled";
    }
  }

  #add(place: number, cues: readonly VTTCue[]): void {
    let track = this.#tracks.get(place);
    if (track === undefined) {
      track = this.#video.addTextTrack("subtitles");
      track.mode = "hidden";
      this.#tracks.set(place, track);
    }
    for (const cue of cues) {
      // A place that is read again brings its cues again.
      const name = `${place} ${cue.startTime} ${cue.endTime} ${cue.text}`;
      if (!this.#seen.has(name)) track.addCue(cue);
      this.#seen.add(name);
    }
  }

  #show(place: number): void {
    for (const [one, track] of this.#tracks) track.mode = one === place ? "showing" : "hidden";
  }
}
