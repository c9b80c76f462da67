import { onTestFinished } from "vitest";
import { toBase32 } from "../../../src/core/content/base32.ts";
import { apiServer, type Routes } from "../../../src/gateway/api-server.ts";
import { videoRoutes } from "../../../src/gateway/video-routes.ts";
import { type VideoParts, VideoService } from "../../../src/gateway/video-service.ts";
import type { ViewingsOptions } from "../../../src/gateway/video-viewings.ts";
import { mediaHeaders } from "../../../src/gateway/web-headers.ts";
import type { MediaService } from "../../../src/media/playable-types.ts";
import { NO_MEDIA } from "../../unit/gateway/no-media.ts";

/** Videos over HTTP on a port of a test. */
export interface ServedVideos {
  readonly port: number;
  readonly videos: VideoService;
  /** What the server took for mistakes of the program. */
  readonly bugs: readonly unknown[];
  /** The address of a video's bytes, or of something else below its id. */
  url(id: Uint8Array, name?: string): string;
}

/** As the gateway has them on every answer. */
const withHeaders: Routes = (server) => {
  server.addHook("onRequest", (_request, reply, done) => {
    reply.headers(mediaHeaders());
    done();
  });
};

/** Serves the videos of a node, or of whatever watches; everything is closed after the test. */
export async function serveVideos(
  parts: Omit<VideoParts, "media"> & { readonly media?: MediaService },
  options: ViewingsOptions = {},
): Promise<ServedVideos> {
  const { library, media = NO_MEDIA } = parts;
  const watch: VideoParts["watch"] = (target, more) => parts.watch(target, more);
  const videos = new VideoService({ library, watch, media }, options);
  const bugs: unknown[] = [];
  const served = apiServer([withHeaders, videoRoutes(videos)], (error) => bugs.push(error));
  const listening: Promise<string> = served.listen({ host: "127.0.0.1", port: 0 });
  const port = Number(new URL(await listening).port);
  onTestFinished(async () => {
    await served.close();
    await videos.close();
  });
  const url = (id: Uint8Array, name = "film.mp4"): string => `http://127.0.0.1:${port}/v/${toBase32(id)}/${name}`;
  return { port, videos, bugs, url };
}
