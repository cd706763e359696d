// A load balancer that left the spec and is not gone: it sends to its members until it is, so who leaves from behind it is drained.
import type { LoadBalancerParts } from '../../cloud/slb/model.ts';
import type { RecordedResource, Replacement } from '../../crds/index.ts';
import { emptyPlan } from '../../plan/change.ts';
import type { PlanInput } from '../kind.ts';
import type { CloudPlan, OwnerObject } from '../model.ts';
import { planBackends } from '../parts/backends.ts';
import type { LiveServer } from '../parts/fleet.ts';
import type { Behind } from '../parts/replacements.ts';
import { isLost } from '../parts/single.ts';
import { recordOf } from '../records.ts';

type Input = Pick<PlanInput<OwnerObject, unknown>, 'object' | 'records' | 'retained' | 'view'>;

/** The load balancer on record of a module that declares none (any more); undefined once it is gone. */
export function leftBalancer({ records, view }: Input, module: string): RecordedResource | undefined {
  const balancer = recordOf(records, `${module}/lb`);
  return balancer === undefined || view.get('LoadBalancer', balancer.id).kind === 'absent' ? undefined : balancer;
}

/** It as replacements see it. */
export function behindLeft({ view }: Input, balancer: RecordedResource | undefined): Behind | undefined {
  if (balancer === undefined) return undefined;
  const detail = view.detail<LoadBalancerParts>('LoadBalancerParts', balancer.id);
  return { parts: detail?.parts, partsReadAt: detail?.readAt, requests: [], listeners: [], left: true };
}

/** Weights of those that leave; nobody joins any more, and the others serve until it is their turn. */
export function planLeftMembers(
  input: Input,
  balancer: RecordedResource | undefined,
  of: { readonly servers: readonly LiveServer[]; readonly replacements: readonly Replacement[] },
): CloudPlan {
  if (balancer === undefined || isLost(balancer, input.object.metadata.uid, input.view)) return emptyPlan;
  const parts = input.view.detail<LoadBalancerParts>('LoadBalancerParts', balancer.id)?.parts;
  const members = new Set(parts?.backends.map(({ serverId }) => serverId));
  return planBackends({
    ...of,
    name: balancer.name,
    loadBalancerId: balancer.id,
    notReady: new Set(of.servers.filter(({ id }) => !members.has(id)).map(({ id }) => id)),
    retained: new Set(input.retained.map(({ id }) => id)),
    parts,
    needs: [],
  });
}
