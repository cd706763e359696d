// How long it takes until drift is seen: a colleague's edits, each made right after the tier that will see it has just looked.
import type { CloudCall } from '../test/support/lab/time.ts';
import { type Lab, conditionsOf } from '../test/support/lab/lab.ts';

/** One way in which the world leaves the declaration. */
export interface DriftCase {
  readonly name: string;
  /** The read that will show it; the edit is made right after this one was made. */
  readonly seenBy: string;
  readonly bound: 'sweep' | 'slow' | 'guest';
  edit(lab: Lab): Promise<void>;
  /** The repair, or a condition of the environment where nothing can be repaired. */
  readonly repair: string | { readonly condition: string; readonly status: string };
}

/** Seconds within which drift of a tier is seen, with 5 to spare. */
export function boundOf(lab: Lab, { bound }: Pick<DriftCase, 'bound'>): number {
  const { sweepSeconds, slowSeconds, guestSeconds } = lab.settings;
  return { sweep: sweepSeconds, slow: slowSeconds, guest: guestSeconds }[bound] + 5;
}

const ENVIRONMENT = ['FinanceCloudEnvironment', 'payments/core-banking'] as const;

interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly id: string;
}

/** Id of a resource on record of an object. */
export function idOf(lab: Lab, name: string, [kind, key]: readonly [string, string] = ENVIRONMENT): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the operator wrote
  const status = lab.get(kind, key)?.status as { readonly resources?: readonly Recorded[] } | undefined;
  const found = status?.resources?.find((item) => item.name === name);
  if (found === undefined) throw new Error(`${key} has no ${name}`);
  return found.id;
}

/** Makes the edit at the worst moment and returns the seconds until it is repaired or told; throws past `maxSeconds`. */
export async function secondsUntilSeen(lab: Lab, drift: DriftCase, maxSeconds: number): Promise<number> {
  const calls = lab.calls();
  const looks = calls.filter((call) => call.action === drift.seenBy).length;
  await lab.until(
    `${drift.seenBy} is asked again`,
    () => calls.filter((call) => call.action === drift.seenBy).length > looks,
    maxSeconds,
  );
  const start = lab.now();
  await drift.edit(lab);
  await lab.until(`${drift.name} is seen`, () => isSeen(lab, drift, start), maxSeconds);
  const { repair } = drift;
  const call = typeof repair === 'string' ? repaired(lab.calls(), repair, start) : undefined;
  return (call?.at ?? lab.now()) - start;
}

function isSeen(lab: Lab, { repair }: DriftCase, start: number): boolean {
  if (typeof repair === 'string') return repaired(lab.calls(), repair, start) !== undefined;
  const conditions = conditionsOf(lab.get(...ENVIRONMENT)?.status);
  return conditions.some(({ type, status }) => type === repair.condition && status === repair.status);
}

function repaired(calls: readonly CloudCall[], action: string, start: number): CloudCall | undefined {
  return calls.find((call) => call.action === action && call.mutating && call.code === 'OK' && call.at >= start);
}

const list = (value: unknown): string => JSON.stringify(value);

/** The ways, on the sample. */
export const DRIFTS: readonly DriftCase[] = [
  {
    name: 'a server is renamed',
    seenBy: 'DescribeInstances',
    bound: 'sweep',
    edit: (lab) =>
      lab.console('ecs', 'ModifyInstanceAttribute', { InstanceId: idOf(lab, 'web/0'), InstanceName: 'mine' }),
    repair: 'ModifyInstanceAttribute',
  },
  {
    name: 'a server is stopped',
    seenBy: 'DescribeInstances',
    bound: 'sweep',
    edit: (lab) => lab.console('ecs', 'StopInstance', { InstanceId: idOf(lab, 'app/1') }),
    repair: 'StartInstances',
  },
  {
    name: 'the VPC is renamed',
    seenBy: 'DescribeVpcs',
    bound: 'sweep',
    edit: (lab) => lab.console('vpc', 'ModifyVpcAttribute', { VpcId: idOf(lab, 'vpc'), VpcName: 'mine' }),
    repair: 'ModifyVpcAttribute',
  },
  {
    name: 'a listener is stopped',
    seenBy: 'DescribeLoadBalancerListeners',
    bound: 'sweep',
    edit: (lab) =>
      lab.console('slb', 'StopLoadBalancerListener', {
        LoadBalancerId: idOf(lab, 'web/lb'),
        ListenerPort: 80,
        ListenerProtocol: 'http',
      }),
    repair: 'StartLoadBalancerListener',
  },
  {
    name: 'a health check is pointed elsewhere',
    seenBy: 'DescribeLoadBalancerListeners',
    bound: 'sweep',
    edit: (lab) =>
      lab.console('slb', 'SetLoadBalancerHTTPListenerAttribute', {
        LoadBalancerId: idOf(lab, 'web/lb'),
        ListenerPort: 80,
        HealthCheckURI: '/',
      }),
    repair: 'SetLoadBalancerHTTPListenerAttribute',
  },
  {
    name: 'a rule is added',
    seenBy: 'DescribeSecurityGroupAttribute',
    bound: 'slow',
    edit: (lab) =>
      lab.console('ecs', 'AuthorizeSecurityGroup', {
        SecurityGroupId: idOf(lab, 'sg', ['SecurityZone', 'payments/dmz']),
        IpProtocol: 'tcp',
        PortRange: '3306/3306',
        SourceCidrIp: '0.0.0.0/0',
      }),
    repair: 'RevokeSecurityGroup',
  },
  {
    name: 'a member is removed',
    seenBy: 'DescribeLoadBalancerAttribute',
    bound: 'slow',
    edit: (lab) =>
      lab.console('slb', 'RemoveBackendServers', {
        LoadBalancerId: idOf(lab, 'web/lb'),
        BackendServers: list([{ ServerId: idOf(lab, 'web/2') }]),
      }),
    repair: 'AddBackendServers',
  },
  {
    name: 'a weight is set to 0',
    seenBy: 'DescribeLoadBalancerAttribute',
    bound: 'slow',
    edit: (lab) =>
      lab.console('slb', 'SetBackendServers', {
        LoadBalancerId: idOf(lab, 'app/lb'),
        BackendServers: list([{ ServerId: idOf(lab, 'app/2'), Weight: 0 }]),
      }),
    repair: 'SetBackendServers',
  },
  {
    name: 'a service answers its check with 500',
    seenBy: 'DescribeHealthStatus',
    bound: 'slow',
    edit: async (lab) => {
      const serves = { 'bank-web.service': [{ port: 8080, paths: { '/app/health': 500 } }] };
      await lab.control('POST', `guests/${idOf(lab, 'web/3')}`, { serves });
    },
    repair: { condition: 'BackendsHealthy', status: 'False' },
  },
];
