// Bugs that leak or take away what is not ours: finalizers, uids, deletions.
import type { Bug } from '../bug.ts';

export const taking: readonly Bug[] = [
  {
    id: 9,
    name: 'The finalizer is added after the first create',
    known: 'several operators',
    seed: 'An object gets its finalizer once it has something on record, and the gate before a wave does not ask for it',
    cuts: [
      {
        file: 'src/controllers/reconcile.ts',
        find: "if (visit.mode === 'Enforce') {\n    const marked",
        put: "if (visit.mode === 'Enforce' && visit.draft.resources.length > 0) {\n    const marked",
      },
      {
        file: 'src/controllers/visit.ts',
        find: "return metadata.finalizers?.includes(FINALIZER) === true ? undefined : requeue('the finalizer is gone');",
        put: 'return undefined;',
      },
    ],
    exhibit: { kind: 'life', plan: 'undisturbed', problem: /which has no finalizer yet/ },
  },
  {
    id: 11,
    name: 'Deleted by a cached id, without a look at whose it is',
    known: 'Sieve, stale states',
    seed: 'The tags that are read fresh before a change are not compared with the uid',
    cuts: [
      {
        file: 'src/controllers/standing.ts',
        find: 'record.tags[TAG_UID] !== of.uid',
        put: "record.tags[TAG_UID] === 'nobody'",
      },
    ],
    exhibit: { kind: 'scene', scene: 'given-away', problem: /server .* was given away and is deleted/ },
  },
];
