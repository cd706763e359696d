// What reads of the cloud may say: old answers, things that are missing from lists or look as they first looked, lists that are wrong.
import type { Loose } from '../support/api-proxy.ts';
import { cloudParams, isCloudRead } from './facts.ts';
import type { Fault } from './plan.ts';
import type { Answer, Asked, Fate, Way } from './proxy.ts';

/** Faults that happen to reads of the cloud. */
export type ReadFault = Extract<Fault, { readonly kind: 'lag' | 'hide' | 'stuck' | 'list' }>;

export const isReadFault = (fault: Fault): fault is ReadFault => ['lag', 'hide', 'stuck', 'list'].includes(fault.kind);

/** Where the lists of an action stand in its answer, and what names an item. */
const LISTS: Readonly<Record<string, readonly [outer: string, inner: string, id: string]>> = {
  DescribeVpcs: ['Vpcs', 'Vpc', 'VpcId'],
  DescribeVSwitches: ['VSwitches', 'VSwitch', 'VSwitchId'],
  DescribeSecurityGroups: ['SecurityGroups', 'SecurityGroup', 'SecurityGroupId'],
  DescribeInstances: ['Instances', 'Instance', 'InstanceId'],
  DescribeLoadBalancers: ['LoadBalancers', 'LoadBalancer', 'LoadBalancerId'],
};

interface Given {
  readonly answer: Answer;
  readonly at: number;
}
type Past = ReadonlyMap<string, Given>;

/** Reads of one operator's cloud proxy. */
export class Reads {
  /** The last true answer to each question, and when it was given. */
  readonly #past = new Map<string, Given>();
  readonly #hidden = new Map<string, number>();
  readonly #stuck = new Map<string, number>();
  readonly #first = new Map<string, Loose>();
  #lag: { readonly until: number; readonly ms: number; readonly flip: boolean; readonly past: Past } | undefined;
  #list: { readonly what: string; left: number } | undefined;
  #turn = 0;

  /** From now on reads are wrong; `made` are the ids that the write has just made. */
  disturb(fault: ReadFault, made: readonly string[]): void {
    const until = performance.now() + ('ms' in fault ? fault.ms : 0);
    switch (fault.kind) {
      case 'lag':
        this.#lag = { until, ms: fault.ms, flip: fault.flip, past: new Map(this.#past) };
        return;
      case 'hide':
        for (const id of made) this.#hidden.set(id, until);
        return;
      case 'stuck':
        for (const id of made) this.#stuck.set(id, until);
        return;
      case 'list':
        this.#list = { what: fault.what, left: fault.times };
        return;
      default:
        fault satisfies never;
    }
  }

  /** What becomes of a read; undefined for everything else. */
  ask(asked: Asked): Way | undefined {
    const action = String(asked.headers['x-acs-action'] ?? '');
    if (!isCloudRead(action)) return undefined;
    const key = `${action} ${JSON.stringify(cloudParams(asked.url, asked.body))}`;
    const old = this.#old(key);
    if (old !== undefined) return { kind: 'answer', answer: old };
    const applied = async (answer: Answer | undefined): Promise<Fate> => {
      if (answer?.status !== 200) return 'give';
      this.#past.set(key, { answer, at: performance.now() });
      return this.#twist(action, answer);
    };
    return { kind: 'whole', applied, given: () => undefined };
  }

  /** An answer that is older than the lag would be a cloud that is later than it may be. */
  #old(key: string): Answer | undefined {
    const now = performance.now();
    if (this.#lag === undefined || now > this.#lag.until) return undefined;
    this.#turn += 1;
    if (this.#lag.flip && this.#turn % 2 === 0) return undefined;
    const given = this.#lag.past.get(key);
    return given !== undefined && now - given.at <= this.#lag.ms ? given.answer : undefined;
  }

  #twist(action: string, answer: Answer): Fate {
    const [outer, inner, id] = LISTS[action] ?? [];
    if (outer === undefined || inner === undefined || id === undefined) return 'give';
    if (this.#list === undefined && this.#hidden.size === 0 && this.#stuck.size === 0) return 'give';
    const body: Loose = JSON.parse(answer.body.toString('utf8'));
    const items: readonly Loose[] = body[outer]?.[inner] ?? [];
    const seen = items.filter((item) => !isUntil(this.#hidden, item[id])).map((item) => this.#frozen(item, item[id]));
    const total = Number(body.TotalCount ?? 0) - (items.length - seen.length);
    const said = { ...body, TotalCount: total, [outer]: { ...body[outer], [inner]: seen } };
    return { answer: { ...answer, body: Buffer.from(JSON.stringify(this.#wrong(said, [outer, inner]))) } };
  }

  #frozen(item: Loose, id: string): Loose {
    if (!isUntil(this.#stuck, id)) return item;
    const first = this.#first.get(id) ?? item;
    this.#first.set(id, first);
    return first;
  }

  #wrong(body: Loose, [outer, inner]: readonly [string, string]): Loose {
    const items: readonly Loose[] = body[outer][inner];
    if (this.#list === undefined || items.length === 0) return body;
    const { what } = this.#list;
    this.#list.left -= 1;
    if (this.#list.left <= 0) this.#list = undefined;
    const total = Number(body.TotalCount ?? 0);
    const of = (list: readonly Loose[], count: number): Loose => ({
      ...body,
      TotalCount: count,
      [outer]: { ...body[outer], [inner]: list },
    });
    if (what === 'missing') return of(items.slice(0, -1), total);
    if (what === 'short') return of(items.slice(0, -1), total - 1);
    if (what === 'double') return of([...items, items.at(-1)], total);
    return of(items, total + 1);
  }
}

const isUntil = (ends: ReadonlyMap<string, number>, id: string): boolean => performance.now() < (ends.get(id) ?? 0);
