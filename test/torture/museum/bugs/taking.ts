// Bugs that leak or take away what is not ours: finalizers, uids, deletions.
import type { Bug } from '../bug.ts';
import { NO_OWN_TOKEN } from './creating.ts';

export const taking: readonly Bug[] = [
  {
    id: 9,
    name: 'The finalizer is added after the first create',
    known: '-',
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
  {
    id: 10,
    name: 'The finalizer is taken away when the cloud refuses a deletion',
    known: 'ACK, a branch of it',
    seed: 'An error of a wave of deletions lets go of the object',
    cuts: [
      {
        file: 'src/controllers/leave.ts',
        find: "  if ('kind' in result) return result;\n",
        put: "  if ('kind' in result) return result;\n  if (result.error !== undefined) return letGo(visit, tools);\n",
      },
    ],
    exhibit: {
      kind: 'life',
      plan: 'refused-deletion',
      problem: /loadbalancer .* still lives/,
      never: /Environment .* is still there/,
      ms: 20_000,
    },
  },
  {
    id: 12,
    name: 'The uid is ignored when an object is made again under its name',
    known: '-',
    seed: 'The token has the name of the object in it where the uid belongs',
    cuts: [
      {
        file: 'src/controllers/intents.ts',
        find: 'token: requestToken({ owner: context.owner, uid: context.uid,',
        put: 'token: requestToken({ owner: context.owner, uid: context.object,',
      },
      NO_OWN_TOKEN,
    ],
    exhibit: { kind: 'scene', scene: 'same-name', problem: /made again under the same name and not Ready/ },
  },
  {
    id: 13,
    name: 'A deletion is an event',
    known: '-',
    seed: 'An object that is being deleted already when this process first sees it is left alone',
    cuts: [
      {
        file: 'src/controllers/reconciler.ts',
        find: 'if (visit.object.metadata.deletionTimestamp === undefined) return keep(visit, tools);',
        put: 'if (visit.object.metadata.deletionTimestamp === undefined) return keep(visit, tools);\n      if (memory.begunAt === undefined) return done;',
      },
    ],
    exhibit: {
      kind: 'life',
      plan: 'killed-in-deletion',
      problem: /FinanceCloudEnvironment bank is still there/,
      ms: 20_000,
    },
  },
  {
    id: 14,
    name: 'Two steps, and the guard tests the first',
    known: 'RabbitMQ operator, found by Sieve',
    seed: 'A listener is made and then started; that it is there counts as done',
    cuts: [
      {
        file: 'src/controllers/parts/listeners.ts',
        find: "record.state === 'stopped' && mutable.length === 0",
        put: "record.state === 'nowhere' && mutable.length === 0",
      },
    ],
    exhibit: { kind: 'life', plan: 'killed-before-start', problem: /not due: [^;]*"Status":"stopped"/, ms: 20_000 },
  },
  {
    id: 27,
    name: 'Adopted without consent',
    known: '-',
    seed: 'The owner decides whose a resource is; its uid does not matter',
    cuts: [
      {
        file: 'src/controllers/adopt.ts',
        find: 'uid !== undefined && of.uids.includes(uid)',
        put: 'uid !== undefined',
      },
    ],
    exhibit: { kind: 'scene', scene: 'without-consent', problem: /was adopted, and nobody had agreed/ },
  },
];
