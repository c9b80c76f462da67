import type { HTMLAttributes } from "preact";

/** media-chrome's elements, as far as the page uses them. */
type MediaElement = HTMLAttributes<HTMLElement> & {
  readonly slot?: string;
  readonly [name: string]: unknown;
};

declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "media-controller": MediaElement;
      "media-control-bar": MediaElement;
      "media-loading-indicator": MediaElement;
      "media-play-button": MediaElement;
      "media-mute-button": MediaElement;
      "media-volume-range": MediaElement;
      "media-time-range": MediaElement;
      "media-time-display": MediaElement;
      "media-pip-button": MediaElement;
      "media-fullscreen-button": MediaElement;
    }
  }
}
