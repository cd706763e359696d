import assert from 'node:assert/strict';
import { type VpcRecord, type VpcSpec, adjustVpc, vpcFields } from '../../cloud/vpc/model.ts';
import { recorded } from '../../../test/support/builders.ts';
import { ownTags, vpcRecord } from '../../../test/support/cloud-records.ts';
import { type World, expectPlan, viewOf } from '../../../test/support/view.ts';
import { known, missing } from '../model.ts';
import { type SingleInput, planSingle } from './single.ts';

const spec: VpcSpec = { cidr: '10.20.0.0/16', displayName: 'core-banking', description: 'main' };
const live = (more: Partial<VpcRecord> = {}) => vpcRecord({ description: 'main' }, more);
const inLowerCase = (record: VpcSpec) => ({ ...record, displayName: record.displayName.toLowerCase() });

function input(more: Partial<SingleInput<VpcSpec>> = {}): SingleInput<VpcSpec> {
  return {
    type: 'VPC',
    name: 'vpc',
    uid: 'uid-core-banking',
    recorded: recorded('VPC', 'vpc', 'vpc-1'),
    desired: adjustVpc(spec),
    table: vpcFields,
    readyStates: ['Available'],
    blueprint: 'NET-1',
    needs: [],
    create: known({ service: 'vpc', action: { kind: 'CreateVpc', spec, tags: {} } }),
    update: (id, set) => ({ service: 'vpc', action: { kind: 'UpdateVpc', id, set } }),
    ...more,
  };
}

interface Row {
  readonly why: string;
  readonly world: World;
  readonly input?: Partial<SingleInput<VpcSpec>>;
  readonly is: readonly string[];
}

const startable = {
  start: {
    states: ['inactive'],
    action: () => ({ service: 'slb', action: { kind: 'StartLoadBalancer', id: 'lb-1' } }) as const,
  },
};

const rows: readonly Row[] = [
  { why: 'nothing on record: it is made', world: {}, input: { recorded: undefined }, is: ['Create VPC vpc'] },
  {
    why: 'nothing on record and a fact is missing: it waits for the one fact',
    world: {},
    input: { recorded: undefined, create: missing('SecurityZone', 'app', 'id') },
    is: ['blocked VPC vpc: id of SecurityZone app'],
  },
  { why: 'confirmed gone: it is made again', world: { absent: ['vpc-1'] }, is: ['Create VPC vpc'] },
  {
    why: 'missing from a listing is not gone: nothing is made',
    world: {},
    is: ['wait VPC vpc: not visible in the cloud yet, or being confirmed gone'],
  },
  { why: 'as declared: nothing to do', world: { records: { VPC: [live()] } }, is: [] },
  {
    why: 'not ready: waited for, and not compared',
    world: { records: { VPC: [live({ state: 'Pending', displayName: 'x' })] } },
    is: ['wait VPC vpc: is Pending'],
  },
  {
    why: 'a changed field is set back',
    world: { records: { VPC: [live({ displayName: 'x' })] } },
    is: ['Update VPC vpc (vpc-1) displayName: x -> core-banking'],
  },
  {
    why: 'what cannot be set is reported, and the rest is still set back',
    world: { records: { VPC: [live({ cidr: '10.0.0.0/16', displayName: 'x' })] } },
    is: [
      'Update VPC vpc (vpc-1) displayName: x -> core-banking',
      'report vpc.cidr: 10.0.0.0/16, declared 10.20.0.0/16 [Forbidden]',
    ],
  },
  {
    why: 'tags of another object: neither changed nor made again',
    world: { records: { VPC: [live({ displayName: 'x', tags: ownTags('uid-other') })] } },
    is: ['report vpc.tags: uid-other, declared financecloud.io/uid=uid-core-banking [Forbidden]'],
  },
  {
    why: 'tags lost: neither changed nor made again',
    world: { records: { VPC: [live({ tags: {} })] } },
    is: ['report vpc.tags: no tag, declared financecloud.io/uid=uid-core-banking [Forbidden]'],
  },
  {
    why: 'stopped, where the type can be started',
    world: { records: { VPC: [live({ state: 'inactive' })] } },
    input: startable,
    is: ['Start VPC vpc (vpc-1) state: inactive -> Available'],
  },
];

describe('planSingle', () => {
  for (const { why, world, input: more, is } of rows) {
    it(why, () => expectPlan(planSingle(input(more), viewOf(world)), is));
  }

  it('sends only the fields that differ, with their declared values', () => {
    const view = viewOf({ records: { VPC: [live({ displayName: 'x' })] } });
    const [change] = planSingle(input(), view).changes;
    assert.deepEqual(change?.action, {
      service: 'vpc',
      action: { kind: 'UpdateVpc', id: 'vpc-1', set: { displayName: 'core-banking' } },
    });
  });

  it('compares what the service itself makes canonical', () => {
    const view = viewOf({ records: { VPC: [live({ displayName: 'CORE-BANKING' })] } });
    expectPlan(planSingle(input({ adjustLive: inLowerCase }), view), []);
  });

  it('says why it is made again, with the id that is gone', () => {
    assert.equal(planSingle(input(), viewOf({ absent: ['vpc-1'] })).changes[0]?.reason, 'vpc-1 is gone from the cloud');
  });
});
