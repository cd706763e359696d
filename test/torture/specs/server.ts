// Sends cases to a real API server as `kubectl apply --server-side --dry-run=server` would: strict about fields, storing nothing.
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { KINDS } from '../../../src/crds/index.ts';
import type { ApiAnswer, ApiProxy, Loose } from '../../support/api-proxy.ts';
import { forget } from '../../e2e/flows/group.ts';
import { installManifests } from '../../support/installed-crds.ts';
import { type Declared, accountObjects } from '../../support/lab/objects.ts';
import { sharedControlPlane, testNamespace } from '../../support/shared-control-plane.ts';
import { type Case, described } from './cases.ts';
import { type Verdict, judgeAnswer } from './refusal.ts';
import { NEIGHBOURS, plainObject } from './valid.ts';

const PARALLEL = 12;
const GROUP = '/apis/financecloud.io/v1alpha1';

/** A case that was answered; `stored` is what would have been stored. */
export interface Answered {
  readonly one: Case;
  readonly verdict: Verdict;
  readonly stored: unknown;
  readonly complaints: readonly string[];
}

/** An API server with the worlds into which cases are sent. */
export interface Server {
  readonly api: ApiProxy;
  /** Where a kind's cases are created: a namespace in which its neighbours stand. */
  readonly places: ReadonlyMap<string, string>;
  /** What is there before an update, by kind. */
  readonly standing: ReadonlyMap<string, Loose>;
  /** Takes everything away again: who works on the same API server next must not find an account that everybody may use. */
  stop(): Promise<void>;
}

const pluralOf = (kind: string): string => `${kind.toLowerCase()}s`;
const pathOf = (kind: string, namespace: string | undefined): string =>
  `${GROUP}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${pluralOf(kind)}`;

/** Installs the manifests on the shared control plane and puts the neighbours there; end it with `stop`. */
export async function openServer(): Promise<Server> {
  const plane = await sharedControlPlane();
  const api = await installManifests(plane);
  const make = async (object: Declared, namespace?: string): Promise<Loose> => {
    const { status, message, body } = await api.call({
      method: 'POST',
      path: pathOf(object.kind, namespace),
      body: object,
    });
    assert.equal(status, 201, message);
    return body;
  };
  const account = accountObjects('https://cloud.example').find(({ kind }) => kind === 'FinanceCloudAccount');
  await api.call({ method: 'POST', path: pathOf('FinanceCloudAccount', undefined), body: account });
  const places = new Map<string, string>();
  for (const { kind } of KINDS.filter(({ scope }) => scope !== 'Cluster')) {
    const namespace = await testNamespace('specs');
    places.set(kind, namespace);
    for (const object of NEIGHBOURS)
      if (object.kind !== kind || object.metadata.name === 'back') await make(object, namespace);
  }
  const standing = new Map<string, Loose>();
  const world = await testNamespace('specs');
  for (const object of NEIGHBOURS) {
    const stored = await make(object, world);
    if (object.metadata.name !== 'back') standing.set(object.kind, stored);
  }
  standing.set('FinanceCloudAccount', await make({ ...plainObject('FinanceCloudAccount'), metadata: { name: world } }));
  const stop = async (): Promise<void> => {
    await api.stop();
    await forget({ plane });
  };
  return { api, places, standing, stop };
}

function send({ api, places, standing }: Server, { kind, way, object, index }: Case): Promise<ApiAnswer> {
  const query = '?dryRun=All&fieldValidation=Strict';
  if (way === 'update') {
    const { name, namespace, resourceVersion } = standing.get(kind).metadata;
    const { annotations } = object.metadata ?? {};
    const metadata = { name, resourceVersion, ...(namespace && { namespace }), ...(annotations && { annotations }) };
    return api.call({
      method: 'PUT',
      path: `${pathOf(kind, namespace)}/${name}${query}`,
      body: { ...object, metadata },
    });
  }
  const namespace = places.get(kind);
  // An account is cluster-wide: its name must not meet the one that is there.
  const own = namespace === undefined && object.metadata?.name === 'production' ? { name: `account-${index}` } : {};
  const metadata = { ...object.metadata, ...own };
  return api.call({ method: 'POST', path: `${pathOf(kind, namespace)}${query}`, body: { ...object, metadata } });
}

/** What the server would store is read by the operator: its schema must take it as it is and find nothing to add. */
function disagreements(one: Case, answer: ApiAnswer): readonly string[] {
  const spec = KINDS.find(({ kind }) => kind === one.kind)?.spec;
  const parsed = spec?.safeParse(answer.body?.spec);
  if (parsed?.success !== true) return [`accepted, and the operator's schema refuses it: ${parsed?.error.message}`];
  return isDeepStrictEqual(parsed.data, answer.body.spec) ? [] : ['accepted, and the operator reads it differently'];
}

/** Sends one case and judges the answer. */
export async function tried(server: Server, one: Case): Promise<Answered> {
  const answer = await send(server, one);
  const { verdict, complaints } = judgeAnswer(answer, one, server.standing.get(one.kind));
  const found = [...complaints, ...(verdict === 'accepted' ? disagreements(one, answer) : [])];
  return { one, verdict, stored: answer.body, complaints: found.map((text) => text.slice(0, 600)) };
}

/** Sends all cases and judges the answers, in the order of the cases. */
export async function sendAll(server: Server, cases: readonly Case[]): Promise<readonly Answered[]> {
  const answered: Answered[] = [];
  const queue = [...cases];
  const work = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) answered.push(await tried(server, one));
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return answered.toSorted((a, b) => a.one.index - b.one.index);
}

/** What is wrong about the answers, one text for each complaint. */
export const complaintsOf = (answered: readonly Answered[]): readonly string[] =>
  answered.flatMap(({ one, complaints }) => complaints.map((text) => `${described(one)}\n    ${text}`));
