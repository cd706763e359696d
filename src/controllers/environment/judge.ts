// What is said about an environment: one condition for each concern, findings by rule, addresses to connect to.
import type { BackendHealth, LoadBalancerParts } from '../../cloud/slb/model.ts';
import {
  type BusinessModule,
  type ConcernJudgement,
  type HealthCheck,
  type RecordedAddress,
  effectiveListener,
} from '../../crds/index.ts';
import { judgeShare, listing } from '../judge.ts';
import { judgeBalance } from '../judge-balance.ts';
import type { KindPlan, StartUpVerdict, Verdicts } from '../kind.ts';
import { BACKENDS } from '../parts/backends.ts';
import type { FleetPlan, LiveServer } from '../parts/fleet.ts';
import { LISTENER } from '../parts/listeners.ts';
import { MAINTENANCE } from '../parts/maintenance.ts';
import { recordOf } from '../records.ts';
import { type EnvironmentInput, balancerName, liveBalancer } from './module.ts';
import { environmentRules } from './rules/index.ts';

/** Judges an environment. */
export function judgeEnvironment(input: EnvironmentInput, plan: KindPlan): Verdicts {
  const starts = startUps(input, plan.fleets);
  return {
    concerns: [
      judgeShare(
        { concern: 'NetworkReady', types: ['VPC'], drift: 'NetworkDrift', good: 'The VPC is as declared' },
        plan.plan,
        input.built,
      ),
      ...(plan.fleets.length === 0 ? [] : [judgeServers(input, plan), judgeBalance(input, plan)]),
      ...judgeAutoStart(input, starts),
      ...judgeBalancers(input, plan),
    ],
    findings: environmentRules.flatMap((rule) => rule.judge(input, plan)),
    addresses: addressesOf(input),
    repaired: starts.flatMap(repairOf),
  };
}

function judgeServers(input: EnvironmentInput, plan: KindPlan): ConcernJudgement {
  const judged = judgeShare(
    {
      concern: 'ServersReady',
      types: ['Server', MAINTENANCE],
      drift: 'ServerDrift',
      good: 'All servers run as declared',
    },
    plan.plan,
    input.built,
  );
  const homeless = input.object.spec.modules.find(({ securityZoneRef }) => !input.refs.zones.has(securityZoneRef.name));
  if (judged.status !== 'True' || homeless === undefined) return judged;
  const zone = `SecurityZone ${homeless.securityZoneRef.name}`;
  return {
    type: 'ServersReady',
    status: 'Unknown',
    reason: 'DependencyNotReady',
    message: `Module ${homeless.name} names ${zone}, which does not exist: its servers run, and nobody keeps the rules of their security group. Apply ${zone} again, or take the module out`,
  };
}

interface Started {
  readonly module: BusinessModule;
  readonly server: LiveServer;
  readonly verdict: StartUpVerdict;
}

function startUps(input: EnvironmentInput, fleets: readonly FleetPlan[]): readonly Started[] {
  return input.object.spec.modules.flatMap((module) => {
    const { startup } = module;
    if (startup === undefined || startup.probe === 'Never') return [];
    const servers = fleets.find((fleet) => fleet.fleet === module.name)?.servers ?? [];
    return servers
      .filter((server) => server.record?.state === 'Running')
      .map((server) => ({ module, server, verdict: input.guests.startUp(server, startup) }))
      .filter(({ verdict }) => verdict.kind !== 'not-asked');
  });
}

const say = (
  status: ConcernJudgement['status'],
  reason: ConcernJudgement['reason'],
  message: string,
): readonly ConcernJudgement[] => [{ type: 'AutoStartReady', status, reason, message }];

function judgeAutoStart({ guests }: EnvironmentInput, starts: readonly Started[]): readonly ConcernJudgement[] {
  if (starts.length === 0) return [];
  const of = (kind: StartUpVerdict['kind']) =>
    starts.filter((item) => item.verdict.kind === kind).map((item) => `${item.server.name} (${item.server.id})`);
  const units = (kind: 'broken' | 'failing') =>
    starts.flatMap((item) =>
      item.verdict.kind === kind
        ? item.verdict.units
            .filter((unit) => !unit.enabled || !unit.active)
            .map((unit) => `${unit.unit} on ${item.server.name} (${item.server.id})`)
        : [],
    );
  const failing = units('failing');
  if (failing.length > 0)
    return say('False', 'AutoStartFailing', `Not staying up after being started: ${listing(failing)}`);
  const broken = units('broken');
  if (broken.length > 0) return say('False', 'AutoStartOff', `Not enabled or not active: ${listing(broken)}`);
  const denied = starts.flatMap(({ server }) => {
    const action = guests.lacks(server.id);
    return action === undefined ? [] : [{ name: `${server.name} (${server.id})`, action }];
  });
  if (denied.length > 0)
    return say(
      'Unknown',
      'PermissionDenied',
      `May not ask inside ${listing(denied.map(({ name }) => name))}: grant the RAM action ${denied[0]?.action} to the operator`,
    );
  const windows = of('unsupported-os');
  if (windows.length > 0) return say('Unknown', 'UnsupportedOS', `Start-up cannot be asked of ${listing(windows)}`);
  const offline = of('agent-offline');
  if (offline.length > 0)
    return say('Unknown', 'AgentOffline', `Cloud Assistant does not answer on ${listing(offline)}`);
  const silent = starts.flatMap((item) =>
    item.verdict.kind === 'unanswered' ? [`${item.server.name} (${item.verdict.code}: ${item.verdict.message})`] : [],
  );
  if (silent.length > 0)
    return say('Unknown', 'ProgressingWithRetry', `No usable answer from inside ${listing(silent)}; asked again later`);
  if (of('asking').length > 0)
    return say('Unknown', 'Progressing', 'Asking inside the guests whether the declared units start at boot');
  return say('True', 'Succeeded', 'Every declared unit is enabled and active');
}

function repairOf({ module, server, verdict }: Started): Verdicts['repaired'] {
  if (verdict.kind !== 'repaired') return [];
  return verdict.before
    .filter((unit) => !unit.enabled || !unit.active)
    .map((unit) => ({
      path: `${server.name}.startup[${unit.unit}]`,
      desired: 'enabled, active',
      observed: `${unit.enabled ? 'enabled' : 'disabled'}, ${unit.active ? 'active' : 'inactive'} (module ${module.name}, ${server.id})`,
      blueprint: 'ECS-4',
    }));
}

function judgeBalancers(input: EnvironmentInput, { plan }: KindPlan): readonly ConcernJudgement[] {
  const modules = input.object.spec.modules.filter((module) => module.loadBalancer !== undefined);
  if (modules.length === 0) return [];
  const ready = judgeShare(
    {
      concern: 'LoadBalancersReady',
      types: ['LoadBalancer', LISTENER],
      drift: 'LoadBalancerDrift',
      good: 'Load balancers and listeners are as declared',
    },
    plan,
    input.built,
  );
  return [ready, judgeHealth(input, { plan, modules })];
}

function judgeHealth(
  input: EnvironmentInput,
  of: { readonly plan: KindPlan['plan']; readonly modules: readonly BusinessModule[] },
): ConcernJudgement {
  const members = judgeShare(
    { concern: 'BackendsHealthy', types: [BACKENDS], drift: 'BackendsMissing', good: 'All backends are normal' },
    of.plan,
    input.built,
  );
  const abnormal = of.modules.flatMap((module) => unhealthy(input, module));
  const bad = abnormal.filter((item) => item.health.state === 'abnormal' && !item.young).map((item) => item.text);
  if (bad.length > 0)
    return {
      type: 'BackendsHealthy',
      status: 'False',
      reason: 'BackendsAbnormal',
      message: `Backends do not answer their health check: ${listing(bad)}`,
    };
  if (members.status !== 'True') return members;
  if (of.modules.every((module) => fullyNormal(input, module))) return members;
  return {
    type: 'BackendsHealthy',
    status: 'Unknown',
    reason: 'Progressing',
    message: 'Waiting for the first health checks',
  };
}

function healthOf(input: EnvironmentInput, module: BusinessModule): LoadBalancerParts | undefined {
  const recorded = recordOf(input.records, balancerName(module));
  return recorded === undefined
    ? undefined
    : input.view.detail<LoadBalancerParts>('LoadBalancerParts', recorded.id)?.parts;
}

function unhealthy(
  input: EnvironmentInput,
  module: BusinessModule,
): readonly { readonly health: BackendHealth; readonly text: string; readonly young: boolean }[] {
  const checks = new Map(
    (module.loadBalancer?.listeners ?? []).map((listener) => [listener.port, effectiveListener(listener).healthCheck]),
  );
  return (healthOf(input, module)?.health ?? []).flatMap((health) => {
    const check = checks.get(health.listenerPort);
    const isNormal = health.state === 'normal';
    const young = isYoung(input, { health, check, isNormal });
    if (isNormal) return [];
    const path = check?.type === 'HTTP' ? check.path : '';
    const text = `${nameOf(input, health.serverId)} (${health.serverId}) on port ${health.backendPort}${path}`;
    return [{ health, text, young }];
  });
}

/** While it is being built a backend is abnormal until it answered its first checks in a row: that is no news yet. */
function isYoung(
  input: EnvironmentInput,
  of: { readonly health: BackendHealth; readonly check: HealthCheck | undefined; readonly isNormal: boolean },
): boolean {
  const { health, check, isNormal } = of;
  if (input.built || check === undefined) return false;
  const what = `${health.serverId} does not answer on ${health.listenerPort}`;
  const since = input.holdsSince(what, !isNormal, input.now);
  const firstChecksMs = check.healthyThreshold * (check.intervalSeconds + check.timeoutSeconds) * 1000;
  return since !== undefined && input.now - since < firstChecksMs;
}

function nameOf(input: EnvironmentInput, id: string): string {
  return input.records.find((record) => record.id === id)?.name ?? 'an undeclared backend';
}

/** Every member is normal behind every declared listener. */
function fullyNormal(input: EnvironmentInput, module: BusinessModule): boolean {
  const parts = healthOf(input, module);
  if (parts === undefined) return false;
  const ports = (module.loadBalancer?.listeners ?? []).map((listener) => listener.port);
  return (
    parts.backends.length > 0 &&
    ports.every((port) =>
      parts.backends.every((backend) =>
        parts.health.some(
          (health) => health.serverId === backend.serverId && health.listenerPort === port && health.state === 'normal',
        ),
      ),
    )
  );
}

function addressesOf(input: EnvironmentInput): readonly RecordedAddress[] {
  return input.object.spec.modules.flatMap((module) => {
    const live = liveBalancer(input, module);
    if (live === undefined || live.address === '') return [];
    return [
      {
        name: balancerName(module),
        type: live.addressType === 'internet' ? 'Internet' : 'Intranet',
        address: live.address,
      },
    ];
  });
}
