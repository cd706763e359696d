// Security groups, their rules, servers and questions inside guests as we declare and see them. Pure; wire names end in api.ts.
import type { FieldTable } from '../../plan/fields.ts';
import { canonicalCidr } from '../cidr.ts';
import type { CloudRecord, Tags } from '../service.ts';

/** Declared security group; always inside a VPC (SG-12). */
export interface SecurityGroupSpec {
  readonly displayName: string;
  readonly description: string;
}

/** Live security group; state is ''. */
export interface SecurityGroupRecord extends CloudRecord, SecurityGroupSpec {
  readonly vpcId: string;
}

/** Where a rule lets traffic in from: a CIDR or another group's id. Live CIDRs keep the cloud's spelling, so that a revoke finds the rule. */
export type RuleSource =
  | { readonly kind: 'cidr'; readonly cidr: string }
  | { readonly kind: 'group'; readonly groupId: string };

/** One ingress rule. `ports` is the wire's range: '80/80', '8000/8100', '-1/-1'. Its natural key is everything but the description. */
export interface SecurityGroupRule {
  /** GRE and ICMPV6 are only ever seen, never declared. */
  readonly protocol: 'TCP' | 'UDP' | 'ICMP' | 'ALL' | 'GRE' | 'ICMPV6';
  readonly ports: string;
  readonly source: RuleSource;
  readonly policy: 'accept' | 'drop';
  readonly priority: number;
  readonly description: string;
}

/** A live rule; `ruleId` is empty for old rules. Prefix-list and IPv6 sources are shown as `cidr` text verbatim. */
export interface LiveRule extends SecurityGroupRule {
  readonly ruleId: string;
}

/** The rules of one group, as the slow tier reads them (ingress only: egress is unrestricted by default, SG-10). */
export interface GroupRules {
  readonly rules: readonly LiveRule[];
}

/** What a new server is made from; equal for all servers of one request (one request names one vSwitch). */
export interface ServerTemplate {
  readonly zone: string;
  readonly vSwitchId: string;
  readonly securityGroupId: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly keyPairName?: string;
  readonly ramRoleName?: string;
  readonly systemDisk?: { readonly category: string; readonly sizeGiB: number };
  readonly internetBandwidthMbps: number;
  readonly displayName: string;
  readonly description: string;
  /** Filled at send time from the object named in the intent, never frozen as value. */
  readonly hasUserData: boolean;
}

/** The kept attributes of a server on record. `groupIds` sorted. */
export interface ServerSpec {
  readonly groupIds: readonly string[];
  readonly displayName: string;
  readonly description: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly keyPairName: string;
  readonly internetBandwidthMbps: number;
}

/** Live server; state Pending | Starting | Running | Stopping | Stopped. `startedAt` is the last boot (minute precision, cloud's text). */
export interface ServerRecord extends CloudRecord, ServerSpec {
  readonly zone: string;
  readonly vpcId: string;
  readonly vSwitchId: string;
  readonly privateIp: string;
  readonly publicIp: string;
  readonly createdAt: string;
  readonly startedAt: string;
  readonly prepaid: boolean;
  readonly deletionProtection: boolean;
  readonly osType: 'linux' | 'windows' | 'unknown';
}

/** What the cloud does with a server whose host fails or is maintained, where it is no automatic recovery; `id` is the server's, state ''. */
export interface MaintenanceRecord extends CloudRecord {
  /** The cloud's word: Stop. */
  readonly action: string;
  /** True where the cloud offers AutoRecover for this server. */
  readonly canRecover: boolean;
}

/** The cloud's words for bringing a server back without hands: on another host, or (with local disks) by a new deployment. */
const AUTOMATIC = ['AutoRecover', 'AutoRedeploy'];

/** True when a server would stay down after a fault of its host; what the cloud does not tell is no exception. */
export function staysDown({ action }: Pick<MaintenanceRecord, 'action'>): boolean {
  return action !== '' && !AUTOMATIC.includes(action);
}

/** Every mutating action of this service outside guests. */
export type EcsAction =
  | {
      readonly kind: 'CreateSecurityGroup';
      readonly vpcId: string;
      readonly spec: SecurityGroupSpec;
      readonly tags: Tags;
    }
  | { readonly kind: 'UpdateSecurityGroup'; readonly id: string; readonly set: Partial<SecurityGroupSpec> }
  | { readonly kind: 'DeleteSecurityGroup'; readonly id: string }
  | { readonly kind: 'AuthorizeRules'; readonly groupId: string; readonly rules: readonly SecurityGroupRule[] }
  | {
      readonly kind: 'RevokeRules';
      readonly groupId: string;
      readonly rules: readonly (SecurityGroupRule | LiveRule)[];
    } // by rule id where known
  | { readonly kind: 'RunServers'; readonly count: number; readonly template: ServerTemplate; readonly tags: Tags }
  | { readonly kind: 'StartServers'; readonly ids: readonly string[] }
  | {
      readonly kind: 'UpdateServer';
      readonly id: string;
      readonly set: Partial<Pick<ServerSpec, 'groupIds' | 'displayName' | 'description'>>;
    }
  | { readonly kind: 'SetMaintenance'; readonly ids: readonly string[]; readonly action: 'AutoRecover' }
  | { readonly kind: 'DeleteServers'; readonly ids: readonly string[] } // Force: our servers are drained before
  | {
      readonly kind: 'TagEcsResource';
      readonly type: 'SecurityGroup' | 'Server';
      readonly ids: readonly string[];
      readonly tags: Tags;
    };

export const securityGroupFields: FieldTable<SecurityGroupSpec> = {
  displayName: { rule: 'mutable', impact: 'Safe', blueprint: 'NET-4' },
  description: { rule: 'mutable', impact: 'Safe', blueprint: 'NET-4' },
};

export const serverFields: FieldTable<ServerSpec> = {
  groupIds: { rule: 'mutable', impact: 'Safe', blueprint: 'SG-7' },
  displayName: { rule: 'mutable', impact: 'Safe', blueprint: 'ECS-5' },
  description: { rule: 'mutable', impact: 'Safe', blueprint: 'ECS-5' },
  instanceType: { rule: 'replace', impact: 'Disruptive', blueprint: 'ECS-15' },
  imageId: { rule: 'replace', impact: 'Disruptive', blueprint: 'ECS-15' },
  keyPairName: { rule: 'replace', impact: 'Disruptive', blueprint: 'ECS-11' },
  internetBandwidthMbps: { rule: 'replace', impact: 'Disruptive', blueprint: 'ECS-2' },
};

/** What is asked of units inside guests: one command for up to 100 servers. Unit names travel as arguments, never as script text. */
export interface GuestQuestion {
  readonly kind: 'CheckUnits' | 'EnableUnits' | 'EnableAndStartUnits' | 'RequestLocally';
  readonly serverIds: readonly string[];
  readonly units: readonly string[];
  /** RequestLocally: the listener's own request answered on loopback inside the guest. */
  readonly request?: {
    readonly method: 'GET' | 'HEAD';
    readonly host: string;
    readonly port: number;
    readonly path: string;
  };
}

/** One guest's answer. `units` for unit questions; `httpStatus` (0: no answer) for RequestLocally. */
export type GuestAnswer =
  | {
      readonly kind: 'answered';
      readonly serverId: string;
      readonly units: readonly UnitState[];
      readonly httpStatus?: number;
    }
  | { readonly kind: 'agent-offline'; readonly serverId: string }
  | { readonly kind: 'unsupported-os'; readonly serverId: string }
  | { readonly kind: 'pending'; readonly serverId: string }
  | {
      readonly kind: 'failed';
      readonly serverId: string;
      readonly code: string;
      readonly message: string;
      /** The RAM action that was refused, such as ecs:RunCommand. */
      readonly lacks?: string;
    };

/** State of one unit as systemctl tells it. */
export interface UnitState {
  readonly unit: string;
  readonly enabled: boolean;
  readonly active: boolean;
}

interface Named {
  readonly displayName?: string;
  readonly description?: string;
}

// Once set, a name or description cannot be set to nothing again (at least 2 characters): an empty one is not judged.
const named = (spec: Named): Named => ({
  ...(spec.displayName ? { displayName: spec.displayName } : {}),
  ...(spec.description ? { description: spec.description } : {}),
});

/** Canonical form of a wished group for the diff against a record. */
export function adjustSecurityGroup(spec: SecurityGroupSpec): Partial<SecurityGroupSpec> {
  return named(spec);
}

/** Canonical form of wished server attributes for the diff: groups sorted and unique, what cannot be set to nothing left out. */
export function adjustServer(spec: Partial<ServerSpec>): Partial<ServerSpec> {
  const { displayName: _name, description: _description, groupIds, keyPairName, ...rest } = spec;
  return {
    ...rest,
    ...named(spec),
    ...(groupIds === undefined ? {} : { groupIds: [...new Set(groupIds)].toSorted() }),
    ...(keyPairName ? { keyPairName } : {}), // an image may bring a key of its own
  };
}

/** Canonical port range of a rule: '443', '8000-8100' and '443/443' alike; protocols without ports have '-1/-1'. */
export function canonicalPorts(protocol: SecurityGroupRule['protocol'], ports: string): string {
  if (protocol !== 'TCP' && protocol !== 'UDP') return '-1/-1';
  const [, from, to] = /^\s*(-?\d+)\s*(?:[-/]\s*(-?\d+))?\s*$/.exec(ports) ?? [];
  return from === undefined ? ports : `${Number(from)}/${Number(to ?? from)}`;
}

/** Canonical form of a declared rule. */
export function adjustRule(rule: SecurityGroupRule): SecurityGroupRule {
  const { source } = rule;
  return {
    ...rule,
    ports: canonicalPorts(rule.protocol, rule.ports),
    source: source.kind === 'cidr' ? { kind: 'cidr', cidr: canonicalCidr(source.cidr) } : source,
  };
}

/** Natural key of a rule: protocol, ports, source, policy and priority in canonical text; descriptions do not count. */
export function ruleKey(rule: SecurityGroupRule): string {
  const { protocol, ports, source, policy, priority } = adjustRule(rule);
  return [protocol, ports, source.kind === 'cidr' ? source.cidr : source.groupId, policy, priority].join('|');
}
