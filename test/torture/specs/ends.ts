// What becomes of objects that were let in: each goes into a world of its own, many worlds into one lab, and after a bounded time
// it must be Ready or say why not, in a word of the vocabulary and a sentence about what it declares, and be quiet.
import { KINDS, REASONS } from '../../../src/crds/index.ts';
import { keyOf } from '../../../src/runtime/kube-types.ts';
import { type Checked, brokenChecks } from '../../support/condition-checks.ts';
import { type Lab, conditionsOf, startLab } from '../../support/lab/lab.ts';
import type { Declared } from '../../support/lab/objects.ts';
import type { Case } from './cases.ts';
import type { Answered } from './server.ts';
import { NAMES, NEIGHBOURS, plainObject } from './valid.ts';

/** Worlds of one lab. */
const BATCH = 40;
/** Virtual seconds until everything must have ended, and for how long it is watched afterwards. */
const SETTLE_SECONDS = 1500;
/** Until a world stands that is then updated. */
const BEFORE_SECONDS = 300;
const WATCH_SECONDS = 600;
/** Status writes of one object: until its end, and while it is watched. */
const MOST_WRITES = 40;
// A refused create is asked for again every few minutes, and each time its intent is written before and cleared after.
const MOST_LATER = 10;
/** Room for all worlds in one account. */
const QUOTAS = {
  'vpc.vpcs': 1000,
  'ecs.securityGroups': 10_000,
  'ecs.instances': 100_000,
  'slb.loadbalancers': 10_000,
};

/** What is wrong about the end of a case. */
export interface EndComplaint {
  readonly one: Case;
  readonly text: string;
}

/** What the labs saw: ends by reason, and what is wrong. */
export interface Ends {
  readonly lived: number;
  readonly reasons: ReadonlyMap<string, number>;
  readonly complaints: readonly EndComplaint[];
}

interface Placed {
  readonly one: Case;
  readonly kind: string;
  readonly key: string;
  /** Its world, and before an update what it was. */
  readonly before: readonly Declared[];
  readonly mine: Declared;
}

const inNamespace = (object: Declared, namespace: string): Declared => ({
  ...object,
  metadata: { ...object.metadata, namespace },
});

function place(answer: Answered, url: string): Placed | undefined {
  const { one, stored, verdict } = answer;
  const { index, kind, way } = one;
  const namespace = `case-${index}`;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the server answered or was sent
  const body = (verdict === 'accepted' ? stored : one.object) as Declared;
  const isAccount = kind === 'FinanceCloudAccount';
  const name = isAccount ? `account-${index}` : way === 'update' ? NAMES[kind] : body.metadata.name;
  const { annotations } = Object(body.metadata);
  const bare: Declared = {
    apiVersion: body.apiVersion,
    kind,
    metadata: { name, ...(annotations && { annotations }) },
    spec: body.spec,
  };
  const schema = KINDS.find((known) => known.kind === kind)?.spec;
  if (schema?.safeParse(bare.spec).success !== true) return undefined;
  const boot: Declared & { readonly data: object } = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'boot', namespace },
    data: { 'user-data': '#!/bin/sh\n' },
  };
  const others = NEIGHBOURS.filter((other) => other.kind !== kind || other.metadata.name !== name)
    // The namesake of a case that got another name would be a second one of it.
    .filter((other) => other.kind !== kind || other.metadata.name !== NAMES[one.kind])
    .map((other) => (isAccount ? using(other, name) : other));
  const own = (object: Declared): Declared => (isAccount ? reachable(object, url) : inNamespace(object, namespace));
  const mine = own(bare);
  const was = way === 'update' ? [own({ ...plainObject(kind), metadata: { name } })] : [];
  const before = [boot, ...others.map((other) => inNamespace(other, namespace)), ...was];
  return { one, kind, key: keyOf(mine.metadata), before, mine };
}

/** Services are where the emulator is, whatever was declared. */
function reachable(account: Declared, url: string): Declared {
  const endpoints = ['ECS', 'VPC', 'SLB', 'STS'].map((service) => ({ service, url }));
  return { ...account, spec: { ...Object(account.spec), endpoints } };
}

function using(object: Declared, account: string): Declared {
  const isEnvironment = object.kind === 'FinanceCloudEnvironment';
  return isEnvironment ? { ...object, spec: { ...Object(object.spec), accountRef: { name: account } } } : object;
}

/** Words of a value: its keys, its texts, its numbers. */
function wordsOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.entries(value).flatMap(([key, inner]) => [...(Array.isArray(value) ? [] : [key]), ...wordsOf(inner)]);
}

function complaintsOf(lab: Lab, placed: Placed, reasons: Map<string, number>): readonly string[] {
  const object = lab.get(placed.kind, placed.key);
  if (object === undefined) return ['is gone'];
  const ready = conditionsOf(object.status).find(({ type }) => type === 'Ready');
  if (ready === undefined) return ['has no Ready condition'];
  reasons.set(ready.reason, (reasons.get(ready.reason) ?? 0) + 1);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object of our kinds
  const broken = brokenChecks(object as unknown as Checked);
  if (broken.length > 0) return broken;
  if (ready.observedGeneration !== object.metadata.generation) return ['is judged in another generation'];
  if (ready.status === 'True') return [];
  const said = `${ready.reason}: ${ready.message}`;
  if (!Object.hasOwn(REASONS, ready.reason)) return [`a word that is none of ours: ${said}`];
  if (ready.reason === 'Progressing' || ready.reason === 'InternalError') return [`does not end: ${said}`];
  const { name, annotations } = object.metadata;
  const words = [name, ...Object.keys(annotations ?? {}), ...wordsOf(object.spec)].filter((word) => word.length > 1);
  return words.some((word) => ready.message.includes(word)) ? [] : [`names nothing that is declared: ${said}`];
}

function loops(lab: Lab, placed: Placed, since: number): readonly string[] {
  const name = `${placed.kind} ${placed.key}`;
  const mine = lab.writes().filter(({ object }) => object === name);
  const later = mine.filter(({ at }) => at >= since);
  const last = JSON.stringify(later.at(-1)?.body);
  return [
    ...(mine.length > MOST_WRITES ? [`${mine.length} writes of its status`] : []),
    ...(later.length > MOST_LATER ? [`${later.length} writes of its status after its end, the last one ${last}`] : []),
  ];
}

async function liveBatch(batch: readonly Answered[], reasons: Map<string, number>): Promise<Omit<Ends, 'reasons'>> {
  const lab = await startLab({ cloud: { quotas: QUOTAS } });
  try {
    const url = `http://${lab.emulator.endpoint}`;
    const worlds = batch.flatMap((answer) => place(answer, url) ?? []);
    for (const { before } of worlds) lab.apply(...before);
    for (const { one, mine } of worlds) if (one.way === 'create') lab.apply(mine);
    if (worlds.some(({ one }) => one.way === 'update')) await lab.advance(BEFORE_SECONDS);
    for (const { one, mine } of worlds) if (one.way === 'update') lab.apply(mine);
    await lab.advance(SETTLE_SECONDS);
    const since = lab.now();
    await lab.advance(WATCH_SECONDS);
    const complaints = worlds.flatMap((placed) =>
      [...complaintsOf(lab, placed, reasons), ...loops(lab, placed, since)].map((text) => ({ one: placed.one, text })),
    );
    return { lived: worlds.length, complaints };
  } finally {
    await lab.stop();
  }
}

/** Lives all objects that were let in, and those that only a rule between objects refused: another order lets them in. */
export async function liveAll(
  answered: readonly Answered[],
  tell: (lived: number) => void = () => undefined,
): Promise<Ends> {
  const reasons = new Map<string, number>();
  const complaints: EndComplaint[] = [];
  let lived = 0;
  const alive = answered.filter(({ verdict }) => verdict !== 'refused');
  for (let start = 0; start < alive.length; start += BATCH) {
    const ends = await liveBatch(alive.slice(start, start + BATCH), reasons);
    complaints.push(...ends.complaints);
    lived += ends.lived;
    tell(lived);
  }
  return { lived, reasons, complaints };
}
