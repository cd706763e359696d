// FinanceCloudEnvironment: one network, business modules in two zones.
import type { FinanceCloudEnvironment } from '../../crds/index.ts';
import type { Admission, OwnerKind, ZoneFactsOf, ZoneState } from '../kind.ts';
import { ENVIRONMENT_RESOURCE } from '../resources.ts';
import { judgeZone, looksHealthy } from './impairment.ts';
import { judgeEnvironment } from './judge.ts';
import { planEnvironment, teardownEnvironment } from './plan.ts';
import { type EnvironmentRefs, resolveEnvironment, zoneNames } from './refs.ts';

export const environmentKind: OwnerKind<FinanceCloudEnvironment, EnvironmentRefs> = {
  name: 'FinanceCloudEnvironment',
  resource: ENVIRONMENT_RESOURCE,
  types: ['VPC', 'Server', 'LoadBalancer'],
  belongs: (object) => ({ environment: object, mode: object.spec.mode, deletionPolicy: object.spec.deletionPolicy }),
  resolve: resolveEnvironment,
  admit: (_object, refs): Admission =>
    refs.problems.length > 0 ? { kind: 'invalid', message: refs.problems.join('; ') } : { kind: 'ok' },
  zoneStates,
  plan: planEnvironment,
  teardown: teardownEnvironment,
  judge: judgeEnvironment,
  details: (records) =>
    records
      .filter((record) => record.type === 'LoadBalancer')
      .map((record) => ({ type: 'LoadBalancerParts', parentId: record.id })),
};

function zoneStates(object: FinanceCloudEnvironment, _refs: EnvironmentRefs, facts: ZoneFactsOf): readonly ZoneState[] {
  return zoneNames(object).map((name) => {
    const servers = facts.servers.filter((server) => server.zone === name);
    const refusals = facts.refusals(name);
    const healthySince = facts.healthySince(name, looksHealthy({ servers, refusals }));
    const before = object.status?.zones?.find((zone) => zone.name === name);
    return judgeZone({ name, before, servers, refusals, healthySince, now: facts.now, returnMs: facts.returnMs });
  });
}
