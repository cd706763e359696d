// Bugs that make things twice or not at all: tokens, look-ups and records of creates.
import type { Bug } from '../bug.ts';
import type { Cut } from '../cut.ts';

const INTENTS = 'src/controllers/intents.ts';
const SETTLE = 'src/controllers/settle.ts';

const TOKEN = 'token: requestToken({ owner: context.owner, uid: context.uid, resources: [change.name], attempt }),';
const SENT = '{ token: intent.token, lane:';

/** A net under tokens and tags of another making: what the object itself would not have made is never sent. */
const OWN = 'src/controllers/own-requests.ts';
export const NO_OWN_TOKEN: Cut = {
  file: OWN,
  find: '    isOwnToken(intent, of) &&\n',
  put: '    isOwnToken !== undefined &&\n',
};

/** A net under lost records: before a create the cloud is asked what it holds with the object's tags. */
const NO_FIRST_LOOK: readonly Cut[] = [
  {
    file: 'src/controllers/adopt-first.ts',
    find: 'if (memory.lookedUp) return undefined;',
    put: 'if (memory !== undefined) return undefined;',
  },
  {
    file: 'src/controllers/next-intents.ts',
    find: 'judgeUnrecorded(visit.object, creates, unrecorded)',
    put: 'judgeUnrecorded(visit.object, creates, unrecorded.slice(0, 0))',
  },
];

const TWICE = /2 of vpc live at once/;
/** The request that was given up arrives after another one was sent in its place. */
const LATE = {
  kind: 'life',
  plan: 'late-effect',
  problem: /2 of vpc (live at once|were ever made)/,
  ms: 20_000,
} as const;

export const creating: readonly Bug[] = [
  {
    id: 1,
    name: 'The token is kept in memory',
    known: 'cloud-controller-manager',
    seed: 'The intent is not written before the call, and its token is random; without the look at the cloud before a first create',
    cuts: [
      { file: INTENTS, find: TOKEN, put: 'token: globalThis.crypto.randomUUID(),' },
      NO_OWN_TOKEN,
      {
        file: 'src/controllers/reconcile.ts',
        find: `  const written = await report(visit, tools, { draft, plan: first.plan, verdicts: first.verdicts, progress });
  if (written !== undefined) return { kind: 'ended', outcome: written };
  knowUnsent(visit, intents);
  // Steps`,
        put: `  void progress;
  for (const { token } of intents) visit.memory.unsent.add(token);
  // Steps`,
      },
      ...NO_FIRST_LOOK,
    ],
    exhibit: { kind: 'life', plan: 'killed-after-create', problem: TWICE },
  },
  {
    id: 2,
    name: 'A random token for each try',
    known: 'Terraform provider',
    seed: 'Each sending draws a token',
    cuts: [{ file: SETTLE, find: SENT, put: '{ token: globalThis.crypto.randomUUID(), lane:' }],
    exhibit: LATE,
  },
  {
    id: 3,
    name: 'The token is the name of the object',
    known: 'provider-alibaba',
    seed: 'The token has no attempt in it: one name, one token',
    cuts: [
      {
        file: 'src/cloud/tags.ts',
        find: 'sha256(JSON.stringify([owner, uid, resources.toSorted(), attempt]))',
        put: 'sha256(JSON.stringify([owner, uid, resources.toSorted(), attempt - attempt]))',
      },
    ],
    exhibit: { kind: 'life', plan: 'rebalance', problem: /4 of instance were ever made, 5 are due/, ms: 25_000 },
  },
  {
    id: 4,
    name: 'Sent again without a token after an empty look-up',
    known: 'CSI driver 1083',
    seed: 'The second sending of a request has no token',
    cuts: [{ file: SETTLE, find: SENT, put: "{ ...(time === 'first' ? { token: intent.token } : {}), lane:" }],
    exhibit: LATE,
  },
  {
    id: 5,
    name: 'The id is recorded at the end of the reconcile only',
    known: 'CAPA 6131',
    seed: 'An open intent of a former process is dropped, so that the id is known to the visit alone that made it; without the looks by tags before a create',
    cuts: [
      { file: SETTLE, find: '  return lookUpThenReplay(intent, context);', put: "  return { kind: 'closed' };" },
      ...NO_FIRST_LOOK,
    ],
    exhibit: { kind: 'life', plan: 'killed-before-record', problem: TWICE },
  },
  {
    id: 6,
    name: 'No token, only a look-up by tags',
    known: 'CAPA 5794',
    seed: 'No create has a token',
    cuts: [{ file: SETTLE, find: SENT, put: '{ lane:' }],
    exhibit: LATE,
  },
  {
    id: 7,
    name: 'A tag of the user goes over the tag that is looked for',
    known: 'CAPA 4629',
    seed: 'Reserved keys of the user are not left out, and come last; without the look at what a request carries before it is sent',
    cuts: [
      {
        file: 'src/cloud/tags.ts',
        find: 'filter(([key]) => !isReservedKey(key))',
        put: "filter(([key]) => key !== '')",
      },
      {
        file: 'src/cloud/tags.ts',
        find: '    [TAG_ATTEMPT]: String(attempt),\n  };',
        put: '    [TAG_ATTEMPT]: String(attempt),\n    ...Object.fromEntries(allowed),\n  };',
      },
      { file: OWN, find: 'carriesOwnTags(call, intent, of);', put: 'carriesOwnTags !== undefined;' },
    ],
    exhibit: { kind: 'scene', scene: 'forged-tag', problem: /whose uid tag is not the object's/ },
  },
  {
    id: 8,
    name: 'What is not found is made again',
    known: 'CAPA 2915 and 1769',
    seed: 'An id that no read shows counts as gone at once',
    cuts: [
      {
        file: 'src/cloud/inventory/keeper.ts',
        find: "return last === undefined ? { kind: 'unconfirmed' } : { kind: 'unconfirmed', last };",
        put: "void last; return { kind: 'absent' };",
      },
    ],
    exhibit: { kind: 'life', plan: 'undisturbed', problem: TWICE },
  },
  {
    id: 20,
    name: 'A new attempt on "in progress"',
    known: '-',
    seed: 'An answer that the same token is being worked on closes the intent; without the looks by tags before a create',
    cuts: [
      {
        file: SETTLE,
        find: "if (isRefusal(error) && time === 'first') return",
        put: "if ((isRefusal(error) || error.class === 'in-progress') && time === 'first') return",
      },
      ...NO_FIRST_LOOK,
    ],
    exhibit: { kind: 'life', plan: 'in-progress', problem: TWICE },
  },
  {
    id: 21,
    name: 'Parameters are computed anew for a replay',
    known: '-',
    seed: 'A parameter tells the time of the sending',
    cuts: [
      {
        file: SETTLE,
        find: '  const call = frozenCall(intent);\n  if (call === undefined) return undefined;\n',
        put: `  const frozen = frozenCall(intent);
  if (frozen === undefined) return undefined;
  const call = { ...frozen, params: { ...frozen.params, Description: \`made at \${context.now}\` } };
`,
      },
    ],
    exhibit: {
      kind: 'life',
      plan: 'failed-create',
      problem: /CreateVpc is sent again with the same token and other parameters/,
    },
  },
];
