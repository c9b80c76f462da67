import { access, ask } from "../base/api.ts";
import { notePosters, posters } from "../library/videos.ts";

const WIDTH = 640;
const HEIGHT = 360;
const MOST_BYTES = 200_000;
/** A picture darker than this on the average, of 255, is a fade. */
const DARK = 14;

/** Draws what a video shows into 16:9; nothing while it is dark. */
function drawn(video: HTMLVideoElement): HTMLCanvasElement | undefined {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [WIDTH, HEIGHT];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const { videoWidth, videoHeight } = video;
  if (context === null || videoWidth === 0) return undefined;
  const scale = Math.max(WIDTH / videoWidth, HEIGHT / videoHeight);
  const [width, height] = [videoWidth * scale, videoHeight * scale];
  context.drawImage(video, (WIDTH - width) / 2, (HEIGHT - height) / 2, width, height);
  const { data } = context.getImageData(0, 0, WIDTH, HEIGHT);
  let sum = 0;
  for (let at = 0; at < data.length; at += 64) sum += data[at + 1] ?? 0;
  return sum / (data.length / 64) < DARK ? undefined : canvas;
}

/** Keeps what a video shows as its poster, unless it has one. @returns whether there is nothing more to do */
export async function takePoster(id: string, video: HTMLVideoElement): Promise<boolean> {
  if (posters.value.has(id) || access.value !== "change") return true;
  const canvas = drawn(video);
  if (canvas === undefined) return false;
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, "image/jpeg", 0.82);
  });
  if (blob === null || blob.size > MOST_BYTES) return true;
  await ask(`/api/v1/posters/${id}`, { method: "PUT", body: blob });
  notePosters([id]);
  return true;
}
