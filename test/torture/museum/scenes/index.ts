// Scenes by name: small worlds in one process that need no API server. Each says what is wrong, and nothing when all holds.

/** Plays a scene on the sources as they are loaded. */
export type Scene = () => Promise<readonly string[]>;

/** A scene is loaded after the bug was seeded. */
export const SCENES: Readonly<Record<string, () => Promise<{ readonly play: Scene }>>> = {
  'given-away': () => import('./given-away.ts'),
};
