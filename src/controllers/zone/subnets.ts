// Plans the vSwitches of a zone, one after another: the cloud makes one at a time in a VPC and refuses a second one.
import { type VSwitchRecord, adjustVSwitch, vSwitchFields } from '../../cloud/vpc/model.ts';
import type { SecurityZone, Subnet } from '../../crds/index.ts';
import { type ResourceKey, emptyPlan, joinPlans, resourceKey } from '../../plan/change.ts';
import type { PlanInput } from '../kind.ts';
import { type CloudPlan, type Fact, known } from '../model.ts';
import { planSingle } from '../parts/single.ts';
import { vpcOf } from '../parts/templates.ts';
import { cloudName, recordOf } from '../records.ts';
import type { ZoneRefs } from './refs.ts';

type ZoneInput = PlanInput<SecurityZone, ZoneRefs>;

/** The plan of all vSwitches that the zone declares. */
export function planSubnets(input: ZoneInput): CloudPlan {
  const { subnets } = input.object.spec;
  const plans = subnets.map((subnet, at) =>
    planSubnet(input, subnet, [
      resourceKey('VSwitch', TURN),
      ...subnets.slice(0, at).map(({ zone }) => resourceKey('VSwitch', `vswitch/${zone}`)),
    ]),
  );
  const isMaking = plans.some((plan) => plan.changes.some(({ verb }) => verb === 'Create'));
  return joinPlans([...(isMaking ? [othersTurn(input)] : []), ...plans]);
}

const TURN = 'turn';

/** Waits while a vSwitch of anybody else is being made in the VPC. */
function othersTurn({ refs, records, view }: ZoneInput): CloudPlan {
  const others = view
    .records<VSwitchRecord>('VSwitch')
    .filter(({ vpcId, state, id }) => vpcId === refs.vpcId && state === 'Pending' && !isOn(records, id));
  if (others.length === 0) return emptyPlan;
  const [first] = others;
  const why = `waits until ${first?.id ?? ''} is made: the cloud makes one vSwitch at a time in a VPC`;
  return { ...emptyPlan, pending: [{ type: 'VSwitch', name: TURN, id: '', why }] };
}

function isOn(records: ZoneInput['records'], id: string): boolean {
  return records.some((record) => record.id === id);
}

/** What is made from the VPC's id, or the wait for it. */
export function vpcFact<T>(input: ZoneInput, use: (vpcId: string) => T): Fact<T> {
  const vpc = vpcOf(input.object, input.refs, input.view);
  return vpc.kind === 'missing' ? vpc : known(use(vpc.value));
}

function planSubnet(input: ZoneInput, subnet: Subnet, needs: readonly ResourceKey[]): CloudPlan {
  const { object } = input;
  const name = `vswitch/${subnet.zone}`;
  const spec = {
    zone: subnet.zone,
    cidr: subnet.cidr,
    displayName: cloudName(subnet.displayName, object.metadata.name, subnet.zone),
    description: subnet.description ?? '',
  };
  return planSingle(
    {
      type: 'VSwitch',
      name,
      uid: object.metadata.uid,
      recorded: recordOf(input.records, name),
      desired: adjustVSwitch(spec),
      table: vSwitchFields,
      readyStates: ['Available'],
      blueprint: 'NET-2',
      needs: [resourceKey('VPC', 'vpc'), ...needs],
      create: vpcFact(input, (vpcId) => ({ service: 'vpc', action: { kind: 'CreateVSwitch', vpcId, spec, tags: {} } })),
      update: (id, set) => ({ service: 'vpc', action: { kind: 'UpdateVSwitch', id, set } }),
    },
    input.view,
  );
}
