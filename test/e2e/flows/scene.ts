// What a scenario can do and ask: objects by the API server, edits and faults by the emulator's levers, answers by conditions.
import assert from 'node:assert/strict';
import type { ApiAnswer, Loose } from '../../support/api-proxy.ts';
import { eventually } from '../../support/eventually.ts';
import { pathOf, type Sent } from '../admission-objects.ts';
import { type Call, type Cloud, type Resource, accountIdOf } from './cloud.ts';
import { account } from './objects.ts';
import { SYSTEM } from './operator.ts';
import { type FlowPlane, UNSEEN } from './plane.ts';

/** An object by kind and name, in the scenario's namespace. */
export type Name = readonly [kind: string, name: string];
export const ENVIRONMENT: Name = ['FinanceCloudEnvironment', 'bank'];
export const DMZ: Name = ['SecurityZone', 'dmz'];
export const MGMT: Name = ['SecurityZone', 'mgmt'];
export const POOL: Name = ['BastionPool', 'ops'];

/** What a condition is expected to say. */
export interface Expected {
  readonly type?: string;
  readonly status?: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: RegExp | readonly RegExp[];
}

/** Real milliseconds that anything may take; nothing is ever slept for. */
const PATIENCE_MS = 60_000;

/** One scenario's own namespace, account and levers. */
export class Scene {
  readonly namespace: string;
  readonly accountId: string;
  readonly index: number;
  readonly cloud: Cloud;
  readonly flow: FlowPlane;

  constructor(of: {
    readonly namespace: string;
    readonly index: number;
    readonly cloud: Cloud;
    readonly flow: FlowPlane;
  }) {
    this.namespace = of.namespace;
    this.index = of.index;
    this.accountId = accountIdOf(of.index);
    this.cloud = of.cloud;
    this.flow = of.flow;
  }

  get accountName(): Name {
    return ['FinanceCloudAccount', this.namespace];
  }

  /** Server-side apply; a refusal is an error. */
  async apply(...objects: readonly Sent[]): Promise<void> {
    for (const object of objects) {
      const path = `${pathOf(object)}/${object.metadata.name}?fieldManager=flows&force=true`;
      const answer = await this.flow.api.call({
        method: 'PATCH',
        path,
        body: object,
        contentType: 'application/apply-patch+yaml',
      });
      assert.ok(answer.status < 300, `apply ${object.kind} ${object.metadata.name}: ${answer.message}`);
    }
  }

  /** Namespace, Secret with the key pair of this name, account. */
  async settle(
    of: { readonly key?: string; readonly unseen?: boolean; readonly account?: object } = {},
  ): Promise<void> {
    const labels = of.unseen === true ? { [UNSEEN]: 'yes' } : {};
    await this.must('POST', '/api/v1/namespaces', { metadata: { name: this.namespace, labels } });
    await this.secret(of.key ?? `good-${this.index}`);
    await this.account(of.account);
  }

  async account(spec: object = {}): Promise<void> {
    await this.apply(account(this.namespace, { accountId: this.accountId, url: this.cloud.emulator.url, spec }));
  }

  /** Writes the account's Secret with the key pair of this id. */
  async secret(id: string): Promise<void> {
    const body = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: this.namespace, namespace: SYSTEM },
      stringData: { 'access-key-id': id, 'access-key-secret': `${id.split('-')[0] ?? ''}-secret` },
    };
    const path = `/api/v1/namespaces/${SYSTEM}/secrets/${this.namespace}?fieldManager=flows&force=true`;
    const answer = await this.flow.api.call({
      method: 'PATCH',
      path,
      body,
      contentType: 'application/apply-patch+yaml',
    });
    assert.ok(answer.status < 300, answer.message);
  }

  /** Changes keys of the account's Secret. */
  async patchSecret(stringData: object): Promise<void> {
    const path = `/api/v1/namespaces/${SYSTEM}/secrets/${this.namespace}`;
    const answer = await this.flow.api.call({
      method: 'PATCH',
      path,
      body: { stringData },
      contentType: 'application/merge-patch+json',
    });
    assert.ok(answer.status < 300, answer.message);
  }

  async dropSecret(): Promise<void> {
    await this.must('DELETE', `/api/v1/namespaces/${SYSTEM}/secrets/${this.namespace}`);
  }

  async must(method: 'POST' | 'DELETE', path: string, body?: object): Promise<ApiAnswer> {
    const answer = await this.flow.api.call({ method, path, ...(body === undefined ? {} : { body }) });
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.message}`);
    return answer;
  }

  #path([kind, name]: Name): string {
    const home = kind === 'FinanceCloudAccount' ? '' : `/namespaces/${this.namespace}`;
    return `/apis/financecloud.io/v1alpha1${home}/${kind.toLowerCase()}s/${name}`;
  }

  /** The object, undefined when there is none. */
  async get(name: Name): Promise<Loose> {
    const answer = await this.flow.api.call({ method: 'GET', path: this.#path(name) });
    if (answer.status === 404) return undefined;
    assert.equal(answer.status, 200, answer.message);
    return answer.body;
  }

  async patch(name: Name, body: object): Promise<void> {
    const path = this.#path(name);
    const answer = await this.flow.api.call({
      method: 'PATCH',
      path,
      body,
      contentType: 'application/merge-patch+json',
    });
    assert.ok(answer.status < 300, `patch ${name.join(' ')}: ${answer.message}`);
  }

  annotate(name: Name, annotations: object): Promise<void> {
    return this.patch(name, { metadata: { annotations } });
  }

  /** Asks for the deletion; nobody waits. */
  async remove(...names: readonly Name[]): Promise<void> {
    for (const name of names) await this.must('DELETE', this.#path(name));
  }

  /** Waits until the objects are gone. */
  async gone(...names: readonly Name[]): Promise<void> {
    for (const name of names)
      await this.until(`${name.join(' ')} is gone`, async () => (await this.get(name)) === undefined);
  }

  /** Waits until something holds; what was seen last stands in the error. */
  async until<T>(what: string, check: () => Promise<T | false | undefined>, timeoutMs = PATIENCE_MS): Promise<T> {
    return eventually(check, { what: `${this.namespace}: ${what}`, timeoutMs, everyMs: 150 });
  }

  /** Waits for a condition of the present generation (type Ready unless told) and returns the object. */
  async condition(name: Name, expected: Expected, timeoutMs = PATIENCE_MS): Promise<Loose> {
    const { type = 'Ready', status, reason, message = [] } = expected;
    const texts = Array.isArray(message) ? message : [message];
    let seen: Loose;
    const says = (found: Loose): boolean =>
      (status === undefined || found.status === status) &&
      (reason === undefined || found.reason === reason) &&
      texts.every((text) => text.test(found.message));
    const holds = async (): Promise<Loose> => {
      const object = await this.get(name);
      seen = object?.status?.conditions;
      const found = seen?.find((item: Loose) => item.type === type);
      return found?.observedGeneration === object?.metadata.generation && found !== undefined && says(found) && object;
    };
    try {
      return await this.until(
        `${name.join(' ')} has ${type} ${status ?? ''} ${reason ?? ''} ${texts.join(' ')}`,
        holds,
        timeoutMs,
      );
    } catch (error) {
      throw new Error(
        `${error instanceof Error ? error.message : String(error)}; conditions: ${JSON.stringify(seen, undefined, 1)}`,
        { cause: error },
      );
    }
  }

  /** Waits until all are Ready. */
  async ready(...names: readonly Name[]): Promise<void> {
    for (const name of names) await this.condition(name, { status: 'True' });
  }

  /** A finding of the object, by a text in its message. */
  finding(name: Name, text: RegExp): Promise<Loose> {
    return this.until(`${name.join(' ')} has a finding ${text}`, async () =>
      (await this.get(name))?.status?.findings?.find((item: Loose) => text.test(item.message)),
    );
  }

  /** A row of the drift ledger, by its path. */
  drifted(name: Name, path: RegExp, decision?: string): Promise<Loose> {
    return this.until(`${name.join(' ')} has drift ${path} ${decision ?? ''}`, async () =>
      (await this.get(name))?.status?.drift?.find(
        (item: Loose) => path.test(item.path) && (decision === undefined || item.decision === decision),
      ),
    );
  }

  calls(): Promise<readonly Call[]> {
    return this.cloud.calls(this.accountId);
  }

  /** Number of the last call so far. */
  async mark(): Promise<number> {
    return (await this.calls()).at(-1)?.n ?? 0;
  }

  /** Committed writes of the operator after `mark`, as action names. */
  async writes(mark = 0): Promise<readonly string[]> {
    const calls = await this.calls();
    const mine = (call: Call) =>
      call.n > mark && call.mutating && call.effect === 'committed' && call.accessKeyId !== 'console';
    return calls.filter(mine).map((call) => call.action);
  }

  /** Committed creates of the operator after `mark`. */
  async creates(mark = 0): Promise<readonly string[]> {
    return (await this.writes(mark)).filter((action) => /^(Create|Run|Allocate)/.test(action));
  }

  living(type?: string): Promise<readonly Resource[]> {
    return this.cloud
      .living(this.accountId)
      .then((all) => all.filter((item) => type === undefined || item.type === type));
  }

  servers(): Promise<readonly Resource[]> {
    return this.living('instance');
  }

  /** A colleague's edit in the console. */
  async console(service: string, action: string, params: object): Promise<Loose> {
    const body = { service, action, account: this.accountId, params: { RegionId: 'cn-shanghai-finance-1', ...params } };
    return this.cloud.emulator.control('POST', 'drift', body);
  }

  /** A fault that meets only this scenario's account; returns what ends it. */
  async fault(rule: { readonly match?: object; readonly [more: string]: unknown }): Promise<() => Promise<void>> {
    const { emulator } = this.cloud;
    const made: Loose = await emulator.control('POST', 'faults', {
      ...rule,
      match: { account: this.accountId, ...rule.match },
    });
    return async () => void (await emulator.control('DELETE', `faults/${made.id}`));
  }
}
