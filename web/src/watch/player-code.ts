/** Loads the player, once: the page without it is small. */
export const loadPlayer = (): Promise<typeof import("./player.tsx")> => import("./player.tsx");
