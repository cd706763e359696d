// Small ledgers, servers and objects for the judge's own tests; the last override wins.
import { TAG } from './ledger.ts';
import type { Condition, KubeObject, Ledger, LedgerCall, LedgerResource, Server } from './facts.ts';

/** Keys in the test ledgers: the operator's and a colleague's at the console. */
export const OPERATOR = 'operator-key';
export const CONSOLE = 'console';

/** A server of fleet web made by the operator at 10 and alive. */
export function server(id: string, over: Partial<LedgerResource> = {}): LedgerResource {
  return resource(id, {
    service: 'ecs',
    type: 'instance',
    zone: 'zone-f',
    tags: { [TAG.uid]: 'env', [TAG.resource]: 'web/zone-f', [TAG.object]: 'environment', [TAG.attempt]: '1' },
    ...over,
  });
}

/** A VPC made by the operator at 10 and alive. */
export function resource(id: string, over: Partial<LedgerResource> = {}): LedgerResource {
  return {
    service: 'vpc',
    type: 'vpc',
    id,
    zone: null,
    createdAt: 10,
    deletedAt: null,
    tags: { [TAG.uid]: 'env', [TAG.resource]: 'vpc' },
    createdBy: { accessKeyId: OPERATOR },
    deletedBy: null,
    moves: [],
    ...over,
  };
}

/** A committed call of the operator; `n` and `at` are what tests care for. */
export function call(n: number, action: string, over: Partial<LedgerCall> = {}): LedgerCall {
  return {
    n,
    at: n * 10,
    service: 'ecs',
    action,
    accessKeyId: OPERATOR,
    mutating: true,
    params: {},
    status: 200,
    code: null,
    effect: 'committed',
    resourceIds: [],
    ...over,
  };
}

/** A ledger of these. */
export function ledger(resources: readonly LedgerResource[], calls: readonly LedgerCall[] = []): Ledger {
  return { resources, calls };
}

/** A running server in zone f as the API shows it. */
export function shown(id: string, over: Partial<Server> = {}): Server {
  return { id, zone: 'zone-f', status: 'Running', tags: {}, ...over };
}

/** A condition that is True. */
export function condition(type: string, over: Partial<Condition> = {}): Condition {
  return { type, status: 'True', reason: 'Ok', message: '', lastTransitionTime: '2026-01-01T00:00:00Z', ...over };
}

/** An environment with these conditions, observed at its generation. */
export function environment(conditions: readonly Condition[], over: Partial<KubeObject> = {}): KubeObject {
  return {
    kind: 'FinanceCloudEnvironment',
    metadata: { name: 'core', uid: 'env', generation: 1 },
    spec: {},
    status: { observedGeneration: 1, conditions },
    ...over,
  };
}
