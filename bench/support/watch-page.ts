/** The page that a browser plays on: `begin` and `seek` resolve to ms until the picture is presented. */
export const PAGE = `<!doctype html><title>bench</title><video muted playsinline></video><script src="/hls.js"></script><script>
const video = document.querySelector("video");
let hls;
const failed = new Promise((_, reject) => {
  video.addEventListener("error", () => reject(new Error("video: " + (video.error && video.error.message))));
  window.fatal = (data) => reject(new Error("hls.js: " + data.details + ": " + (data.error && data.error.message) + (video.error ? ", " + video.error.message : "")));
});
const presented = (fromS) =>
  Promise.race([failed, new Promise((resolve) => {
    const look = (nowMs, { mediaTime }) =>
      mediaTime >= fromS - 0.1 && mediaTime < fromS + 5 ? resolve() : video.requestVideoFrameCallback(look);
    video.requestVideoFrameCallback(look);
  })]);
async function begin(url, isHls) {
  const startedAtMs = performance.now();
  const shown = presented(0);
  if (isHls) {
    hls = new Hls();
    hls.on(Hls.Events.ERROR, (_, data) => data.fatal && window.fatal(data));
    hls.loadSource(url);
    hls.attachMedia(video);
  } else video.src = url;
  video.play().catch(() => {});
  await shown;
  return performance.now() - startedAtMs;
}
async function seek(atS) {
  const startedAtMs = performance.now();
  const shown = presented(atS);
  video.currentTime = atS;
  await shown;
  return performance.now() - startedAtMs;
}
</script>`;
