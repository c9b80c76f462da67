import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freeTcpPorts } from "../../lab/emulator/free-ports.ts";
import type { Lab, NodeWishes } from "../../lab/lab.ts";
import type { ServedPage } from "./page-stand.ts";

const WORDS = "river winter harbour grandmother kitchen mountain first-steps wedding rain carnival".split(" ");

/** A node that holds so many videos of a few bytes each, and these files. It makes no posters by itself. */
export async function manyVideosNode(lab: Lab, videos: number, files: readonly string[]): Promise<ServedPage> {
  const folder = lab.newFolder("many");
  for (let number = 0; number < videos; number++) {
    const name = `${WORDS[number % 10]} ${WORDS[Math.floor(number / 10) % 10]} ${number}`;
    writeFileSync(join(folder, `${name}.mp4`), `video ${number}`);
  }
  return await pageNode(lab, "library", [folder, ...files]);
}

/** A node with its page. @param wishes whom it knows */
export async function pageNode(
  lab: Lab,
  name: string,
  holds: readonly string[],
  wishes: NodeWishes = {},
): Promise<ServedPage> {
  const [port = 0] = await freeTcpPorts(1);
  const node = await lab.node(name, { ...wishes, holds, more: ["--http", `127.0.0.1:${port}`, "--no-posters"] });
  return { node, address: `http://127.0.0.1:${port}/` };
}
