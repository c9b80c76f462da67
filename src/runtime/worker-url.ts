/** A sibling module as a file to start a worker from: `.ts` in a checkout, `.js` in the published package. */
export const sibling = (name: string, from: string): URL =>
  new URL(`./${name}${from.endsWith(".ts") ? ".ts" : ".js"}`, from);
