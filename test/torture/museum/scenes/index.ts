// Scenes by name: small worlds in one process that need no API server. Each says what is wrong, and nothing when all holds.

/** Plays a scene on the sources as they are loaded; `read` gives the text of another file of the checkout, with the bug in it. */
export type Scene = (read: (file: string) => string) => Promise<readonly string[]>;

/** A scene is loaded after the bug was seeded. */
export const SCENES: Readonly<Record<string, () => Promise<{ readonly play: Scene }>>> = {
  'given-away': () => import('./given-away.ts'),
  'forged-tag': () => import('./forged-tag.ts'),
  'same-name': () => import('./same-name.ts'),
  'without-consent': () => import('./without-consent.ts'),
  'key-in-user-data': () => import('./key-in-user-data.ts'),
  'endpoint-of-a-tenant': () => import('./endpoint-of-a-tenant.ts'),
  'wrong-key': () => import('./wrong-key.ts'),
  'throttled-once': () => import('./throttled-once.ts'),
  'rotated-token': () => import('./rotated-token.ts'),
  'clock-set': () => import('./clock-set.ts'),
  'watch-refused': () => import('./watch-refused.ts'),
  rights: () => import('./rights.ts'),
};
