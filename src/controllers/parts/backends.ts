// Plans the members of a load balancer: every server of the module that may serve is a backend at full weight; a newcomer
// on trial and a server that drains have the weights of their step. Backends of strangers are reported, never removed.
import type { Backend, LoadBalancerParts } from '../../cloud/slb/model.ts';
import type { Replacement } from '../../crds/index.ts';
import { type ResourceKey, emptyPlan } from '../../plan/change.ts';
import { WEIGHTS, reached } from '../../plan/replacement.ts';
import type { CloudAction, CloudChange, CloudPlan } from '../model.ts';
import type { LiveServer } from './fleet.ts';

/** Type under which members appear in plans. */
export const BACKENDS = 'Backends';

/** What is declared and seen of one load balancer's members. */
export interface BackendsInput {
  readonly name: string; // of the load balancer: web/lb
  readonly loadBalancerId: string;
  readonly servers: readonly LiveServer[];
  readonly replacements: readonly Replacement[];
  /** Servers whose start-up is not judged yet: they join later. */
  readonly notReady: ReadonlySet<string>;
  /** Servers kept after they left the spec: their membership is left as it is. */
  readonly retained: ReadonlySet<string>;
  readonly parts: LoadBalancerParts | undefined;
  readonly needs: readonly ResourceKey[];
}

/** The plan of one load balancer's members. */
export function planBackends(input: BackendsInput): CloudPlan {
  if (input.parts === undefined) {
    return {
      ...emptyPlan,
      pending: [{ type: BACKENDS, name: input.name, id: input.loadBalancerId, why: 'its backends were not read yet' }],
    };
  }
  const have = new Map(input.parts.backends.map((backend) => [backend.serverId, backend.weight]));
  const wanted = wantedWeights(input);
  const attach = [...wanted].filter(([id]) => !have.has(id) && isRunning(input, id)).map(toBackend);
  const weigh = [...wanted].filter(([id, weight]) => have.has(id) && have.get(id) !== weight).map(toBackend);
  const detach = input.replacements
    .filter((item) => item.step === 'Released' && have.has(item.surplusId))
    .map((item) => item.surplusId);
  const mine = new Set([...input.servers.map((server) => server.id), ...input.retained, ...detach]);
  return {
    ...emptyPlan,
    changes: [
      ...members(input, { verb: 'Attach', backends: attach, have }),
      ...members(input, { verb: 'Weigh', backends: weigh, have }),
      ...(detach.length > 0 ? [remove(input, detach)] : []),
    ],
    reported: [...have.keys()]
      .filter((id) => !mine.has(id))
      .map((id) => ({
        path: `${input.name}.backends[${id}]`,
        desired: 'not declared',
        observed: id,
        impact: 'Disruptive',
        blueprint: 'SLB-5',
      })),
  };
}

/** Weight of each server that belongs behind the load balancer now. */
function wantedWeights(input: BackendsInput): ReadonlyMap<string, number> {
  const weights = input.servers
    .filter((server) => server.record !== undefined && !input.notReady.has(server.id))
    .map((server) => [server.id, weightOf(server.id, input.replacements)] as const);
  return new Map(weights.filter((entry): entry is readonly [string, number] => entry[1] !== undefined));
}

function weightOf(id: string, replacements: readonly Replacement[]): number | undefined {
  const asNew = replacements.find((item) => item.newId === id);
  if (asNew !== undefined) {
    if (!reached(asNew.step, 'Registered')) return undefined;
    return reached(asNew.step, 'InService') ? WEIGHTS.serving : WEIGHTS.trial;
  }
  const asSurplus = replacements.find((item) => item.surplusId === id);
  if (asSurplus === undefined || !reached(asSurplus.step, 'Draining')) return WEIGHTS.serving;
  return asSurplus.step === 'Released' ? undefined : WEIGHTS.draining;
}

function isRunning(input: BackendsInput, id: string): boolean {
  return input.servers.some((server) => server.id === id && server.record?.state === 'Running');
}

interface Members {
  readonly verb: 'Attach' | 'Weigh';
  readonly backends: readonly Backend[];
  readonly have: ReadonlyMap<string, number>;
}

/** What a replacement's step asks for and what somebody changed are two changes: only the latter is drift. */
function members(input: BackendsInput, of: Members): readonly CloudChange[] {
  const moving = new Set(
    input.replacements.flatMap((item) => [item.surplusId, ...(item.newId === undefined ? [] : [item.newId])]),
  );
  const steps = of.backends.filter((backend) => moving.has(backend.serverId));
  const others = of.backends.filter((backend) => !moving.has(backend.serverId));
  return [
    ...(others.length > 0 ? [member(input, { ...of, backends: others })] : []),
    ...(steps.length > 0
      ? [{ ...member(input, { ...of, backends: steps }), name: `${input.name}/replacement`, step: true }]
      : []),
  ];
}

function member(input: BackendsInput, of: Members): CloudChange {
  const { verb, backends, have } = of;
  const id = input.loadBalancerId;
  const action: CloudAction = {
    service: 'slb',
    action: verb === 'Attach' ? { kind: 'AddBackends', id, backends } : { kind: 'SetWeights', id, backends },
  };
  return {
    verb,
    type: BACKENDS,
    name: input.name,
    ids: [id],
    count: backends.length,
    impact: 'Safe',
    blueprint: 'SLB-5',
    fields: backends.map(({ serverId, weight }) => ({
      path: `backends[${serverId}].weight`,
      from: have.get(serverId) ?? 'not a backend',
      to: weight,
      impact: 'Safe',
      rule: 'mutable',
      blueprint: 'SLB-5',
    })),
    reason:
      verb === 'Attach'
        ? 'servers of the module are not behind it'
        : 'weights differ from what each server should have',
    needs: input.needs,
    action,
  };
}

function remove(input: BackendsInput, serverIds: readonly string[]): CloudChange {
  const id = input.loadBalancerId;
  return {
    verb: 'Detach',
    type: BACKENDS,
    name: `${input.name}/replacement`,
    step: true,
    ids: [id],
    count: serverIds.length,
    fields: [],
    impact: 'Disruptive',
    blueprint: 'SLB-5',
    reason: 'drained, and about to be released',
    needs: [],
    action: { service: 'slb', action: { kind: 'RemoveBackends', id, serverIds } },
  };
}

function toBackend([serverId, weight]: readonly [string, number]): Backend {
  return { serverId, weight };
}
