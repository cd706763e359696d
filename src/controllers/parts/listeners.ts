// Plans the listeners of one load balancer: made stopped, started, and every kept field set back in one call.
import {
  type ListenerRecord,
  type ListenerRef,
  type ListenerSpec,
  adjustListener,
  listenerFields,
} from '../../cloud/slb/model.ts';
import { type EffectiveListener, type HealthCheck, type Listener, effectiveListener } from '../../crds/index.ts';
import { type ResourceKey, emptyPlan, joinPlans } from '../../plan/change.ts';
import { diffFields } from '../../plan/fields.ts';
import type { CloudChange, CloudPlan, View } from '../model.ts';
import { reportField } from './single.ts';

/** Type under which listeners appear in plans. */
export const LISTENER = 'Listener';

/** What is declared of one load balancer's listeners. */
export interface ListenersInput {
  readonly name: string; // of the load balancer: web/lb
  readonly loadBalancerId: string;
  readonly listeners: readonly Listener[];
  readonly needs: readonly ResourceKey[];
}

/** The plan of one load balancer's listeners; undeclared ones are reported. */
export function planListeners(input: ListenersInput, view: View): CloudPlan {
  const live = view
    .records<ListenerRecord>(LISTENER)
    .filter((record) => record.loadBalancerId === input.loadBalancerId);
  const declared = input.listeners.map(effectiveListener);
  const names = new Set(declared.map((listener) => keyOf(protocolOf(listener), listener.port)));
  const extra = live.filter((record) => !names.has(keyOf(record.protocol, record.port)));
  return joinPlans([
    ...declared.map((listener) => planListener(input, listener, live)),
    {
      ...emptyPlan,
      reported: extra.map((record) => ({
        path: `${input.name}/${keyOf(record.protocol, record.port)}`,
        desired: 'not declared',
        observed: record.state,
        impact: 'Disruptive',
        blueprint: 'SLB-2',
      })),
    },
  ]);
}

function planListener(input: ListenersInput, listener: EffectiveListener, live: readonly ListenerRecord[]): CloudPlan {
  const ref: ListenerRef = {
    loadBalancerId: input.loadBalancerId,
    protocol: protocolOf(listener),
    port: listener.port,
  };
  const name = `${input.name}/${listener.protocol}/${listener.port}`;
  const spec = adjustListener(ref.protocol, listenerSpecOf(listener));
  const record = live.find((item) => item.protocol === ref.protocol && item.port === ref.port);
  if (record === undefined) return { ...emptyPlan, changes: [createListener(input, { ref, name, spec })] };
  if (['starting', 'stopping', 'configuring'].includes(record.state)) {
    return { ...emptyPlan, pending: [{ type: LISTENER, name, id: record.id, why: `is ${record.state}` }] };
  }
  const fields = diffFields(listenerFields, spec, adjustListener(ref.protocol, record));
  const mutable = fields.filter((field) => field.rule === 'mutable');
  const update: CloudChange = {
    ...base(name, record.id),
    verb: 'Update',
    fields: mutable,
    blueprint: mutable[0]?.blueprint ?? 'SLB-7',
    reason: 'differs from the declaration',
    needs: [],
    action: {
      service: 'slb',
      action: {
        kind: 'UpdateListener',
        ref,
        spec,
        set: Object.fromEntries(mutable.map((field) => [field.path, field.to])),
      },
    },
  };
  return {
    ...emptyPlan,
    changes: [
      ...(mutable.length > 0 ? [update] : []),
      ...(record.state === 'stopped' && mutable.length === 0 ? [startListener(name, record, ref)] : []),
    ],
    reported: fields.filter((field) => field.rule !== 'mutable').map((field) => reportField(name, field)),
  };
}

const base = (name: string, id: string) =>
  ({ type: LISTENER, name, ids: id === '' ? [] : [id], count: 1, impact: 'Safe' }) as const;

function createListener(
  input: ListenersInput,
  made: { readonly ref: ListenerRef; readonly name: string; readonly spec: ListenerSpec },
): CloudChange {
  return {
    ...base(made.name, ''),
    verb: 'Create',
    fields: [],
    blueprint: 'SLB-13',
    reason: 'declared and not there',
    needs: input.needs,
    action: { service: 'slb', action: { kind: 'CreateListener', ref: made.ref, spec: made.spec } },
  };
}

function startListener(name: string, record: ListenerRecord, ref: ListenerRef): CloudChange {
  return {
    ...base(name, record.id),
    verb: 'Start',
    blueprint: 'SLB-15',
    reason: 'is stopped',
    needs: [],
    fields: [{ path: 'state', from: 'stopped', to: 'running', impact: 'Safe', rule: 'mutable', blueprint: 'SLB-15' }],
    action: { service: 'slb', action: { kind: 'StartListener', ref } },
  };
}

/** The wire's protocol word. */
export function protocolOf(listener: Pick<Listener, 'protocol'>): ListenerRef['protocol'] {
  return ({ HTTP: 'http', TCP: 'tcp', UDP: 'udp' } as const)[listener.protocol];
}

function keyOf(protocol: string, port: number): string {
  return `${protocol.toUpperCase()}/${port}`;
}

const schedulers = { RoundRobin: 'rr', WeightedRoundRobin: 'wrr', LeastConnections: 'wlc' } as const;

/** The declared listener in the service's terms. */
export function listenerSpecOf(listener: EffectiveListener): ListenerSpec {
  return {
    backendPort: listener.backendPort,
    bandwidthMbps: listener.bandwidthMbps,
    scheduler: schedulers[listener.scheduler],
    ...stickiness(listener),
    ...healthSpec(listener.healthCheck, listener.backendPort),
    forwardedFor: listener.protocol === 'HTTP',
  };
}

function stickiness({
  stickySession: sticky,
}: EffectiveListener): Pick<ListenerSpec, 'stickySession' | 'stickySeconds'> {
  switch (sticky.type) {
    case 'None':
      return { stickySession: 'off', stickySeconds: 0 };
    case 'InsertCookie':
      return { stickySession: 'insert', stickySeconds: sticky.cookieTimeoutSeconds };
    case 'SourceAddress':
      return { stickySession: 'source', stickySeconds: sticky.persistenceTimeoutSeconds };
    default:
      return sticky satisfies never;
  }
}

const checkTypes = { HTTP: 'http', TCP: 'tcp', UDP: 'udp' } as const;

function healthSpec(check: HealthCheck, backendPort: number) {
  return {
    healthCheck: 'on',
    healthType: checkTypes[check.type],
    healthPort: check.port ?? backendPort,
    healthIntervalSeconds: check.intervalSeconds,
    healthTimeoutSeconds: check.timeoutSeconds,
    healthyThreshold: check.healthyThreshold,
    unhealthyThreshold: check.unhealthyThreshold,
    ...requestSpec(check),
  } as const;
}

function requestSpec(check: HealthCheck): Pick<ListenerSpec, 'healthPath' | 'healthDomain' | 'healthCodes'> {
  if (check.type !== 'HTTP') return { healthPath: '', healthDomain: '', healthCodes: [] };
  const codes = check.httpCodes ?? [];
  return {
    healthPath: check.path,
    healthDomain: check.domain ?? '',
    healthCodes: codes.map((code) => code.replace('HTTP', 'http_')).toSorted(),
  };
}
