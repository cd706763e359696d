// Plans what a person has confirmed to go: servers leave like any surplus, drained and in steps that are on record, and the load
// balancer, whose address is lost for good, goes after the last of them.
import type { RecordedResource, Replacement } from '../../crds/index.ts';
import { emptyPlan, joinPlans } from '../../plan/change.ts';
import type { Placement } from '../../plan/placement.ts';
import { reached } from '../../plan/replacement.ts';
import type { KindPlan } from '../kind.ts';
import { type LiveServer, liveServers } from '../parts/fleet.ts';
import { planDelete } from '../parts/removal.ts';
import { planReplacements } from '../parts/replacements.ts';
import { serversOf } from '../records.ts';
import { behindLeft, leftBalancer, planLeftMembers } from './left-balancer.ts';
import type { EnvironmentInput } from './module.ts';

const REASON = 'left the spec, and its removal is confirmed';

/** The next step of one module's way out; `records` are those of its records that may go. */
export function planLeaving(
  input: EnvironmentInput,
  module: string,
  records: readonly RecordedResource[],
): Pick<KindPlan, 'plan' | 'replacements' | 'dueInMs'> {
  const { servers } = liveServers(
    records.filter(({ type }) => type === 'Server'),
    input.view,
  );
  const going = servers.filter((server) => server.fixed !== true);
  // A module that stays and only loses its load balancer moves its servers itself.
  const isDeclared = input.object.spec.modules.some(({ name }) => name === module);
  const mine = isDeclared ? [] : input.replacements.filter((item) => item.module === module && isWayOut(item));
  const { uid } = input.object.metadata;
  const balancer = leftBalancer(input, module);
  const steps = planReplacements({
    fleet: {
      fleet: module,
      wanted: new Map(),
      plan: emptyPlan,
      servers,
      gone: [],
      placements: shrinks(input, going, mine),
    },
    module,
    input: { ...input, replacements: mine },
    mayShrink: true,
    behind: behindLeft(input, balancer),
    drainMs: input.object.spec.repair.drainSeconds * 1000,
  });
  const members = liveServers(serversOf(input.records, module), input.view).servers;
  const paid = records.filter(({ id }) => servers.some((server) => server.id === id && server.fixed === true));
  return {
    replacements: steps.replacements,
    dueInMs: steps.dueInMs,
    plan: joinPlans([
      steps.plan,
      ...paid.map((record) => planDelete(record, input.view, { uid, needs: [], reason: REASON })),
      servers.length === 0 ? emptyPlan : planLeftMembers(input, balancer, { servers: members, replacements: mine }),
      ...records
        .filter(({ type }) => type !== 'Server' && servers.length === 0)
        .map((record) => planDelete(record, input.view, { uid, needs: [], reason: REASON, impact: 'Disruptive' })),
    ]),
  };
}

/** A surge that the removal overtook is no surge any more: both of its servers go like the others. */
export function isWayOut({ step, newId }: Replacement): boolean {
  return newId === undefined && reached(step, 'Draining');
}

/** The servers that leave next, so that no more of a zone are on their way than allowed, and none of an impaired one. */
function shrinks(
  input: EnvironmentInput,
  servers: readonly LiveServer[],
  leaving: readonly Replacement[],
): readonly Placement[] {
  const { maxUnavailablePerZone } = input.object.spec.repair;
  const waiting = servers.filter(
    ({ id, zone }) => !input.closedZones.has(zone) && !leaving.some((item) => item.surplusId === id),
  );
  return [...Map.groupBy(waiting, ({ zone }) => zone)].flatMap(([zone, items]) => {
    const room = Math.max(0, maxUnavailablePerZone - leaving.filter(({ fromZone }) => fromZone === zone).length);
    return items.slice(0, room).map((surplus) => ({ kind: 'shrink', surplus }) as const);
  });
}
