/** A track, as the gateway tells of it. Texts are the file's own claims. */
export interface TrackFacts {
  readonly number: number;
  readonly kind: "video" | "audio" | "subtitle";
  readonly codec: string | null;
  readonly codecString: string | null;
  readonly language: string;
  readonly title: string;
  readonly isDefault: boolean;
  readonly problem: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly channels: number | null;
}

/** What the gateway tells of a video: `info.json`. Texts are claims. */
export interface Facts {
  readonly id: string;
  readonly title: string;
  readonly fileName: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly chunks: number;
  readonly path: string;
  readonly playlist: string;
  readonly container: string | null;
  readonly durationMs: number;
  readonly isDirect: boolean;
  readonly problem: string | null;
  readonly tracks: readonly TrackFacts[];
  readonly held: { readonly bytes: number; readonly chunks: number };
  readonly peers: number;
}
