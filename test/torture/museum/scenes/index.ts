// Scenes by name: small worlds in one process that need no API server. Each says what is wrong, and nothing when all holds.
import type { Scene } from '../bug.ts';

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
