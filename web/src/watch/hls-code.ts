/** Loads what plays HLS where the browser does not, once. */
export const loadHls = (): Promise<typeof import("hls.js")> => import("hls.js");
