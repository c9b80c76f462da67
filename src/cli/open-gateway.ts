import { type PageOptions, pageParts } from "../gateway/page-parts.ts";
import { videoRoutes } from "../gateway/video-routes.ts";
import { VideoService } from "../gateway/video-service.ts";
import { serveWeb, type WebParts, type WebServer } from "../gateway/web-server.ts";
import { HlsService } from "../media/hls/hls-service.ts";

/** The gateway of a node, with all that it serves. */
export interface NodeGateway {
  readonly web: WebServer;
  /** Ends whoever watches a video: it is to be removed. */
  drop(id: Uint8Array): Promise<void>;
  /** To be called before the node is closed. */
  close(): Promise<void>;
}

/** Opens the gateway of a node: its API, its videos, and the page. @throws as `serveWeb` */
export async function openGateway(parts: Omit<WebParts, "routes">, how: PageOptions = {}): Promise<NodeGateway> {
  const { node } = parts;
  const media = new HlsService();
  const videos = new VideoService({
    ...{ library: node.library, media },
    watch: (target, options) => node.watch(target, options),
  });
  const page = await pageParts(node, parts.hub.videoChanged, how);
  const closeVideos = async (): Promise<void> => {
    await videos.close();
    await media.close();
  };
  const drop = async (id: Uint8Array): Promise<void> => {
    await Promise.all([videos.drop(id), page.drop(id)]);
  };
  try {
    node.standBy();
    const web = await serveWeb({ ...parts, beforeRemove: drop, routes: [videoRoutes(videos), ...page.routes] });
    const close = async (): Promise<void> => {
      await page.close();
      await web.close();
      await closeVideos();
    };
    return { web, drop, close };
  } catch (error) {
    await page.close();
    await closeVideos();
    throw error;
  }
}
