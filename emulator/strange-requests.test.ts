// Whatever a client sends is answered in the API's own form: never with a defect of the emulator.

import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { metadata } from './metadata/index.ts';
import type { ParamMeta } from './metadata/types.ts';
import { modules } from './services/index.ts';
import { type Bench, layGround, REGION, runOn, startBench, type Wire, ZONE_F } from './test-client.ts';

const ACTIONS = modules.flatMap(({ name, wire }) =>
  Object.keys(wire?.operations ?? {}).map((action) => [name, action] as const),
);
const JUNK = ['', '-1', '0', '1.5', '99999999999999999999', 'x', ' ', '\n', '%', 'é漢', 'x'.repeat(300), 'constructor'];
const JSON_JUNK = ['[]', '{}', '[null]', '["x"]', '{"a":1}', '[{"ServerId":null}]', '[{"ServerId":"i-x","Weight":[]}]'];

/** Names under which a parameter may come over the wire, also such as make no sense. */
const namesOf = (name: string, { t, p, i }: ParamMeta): readonly string[] => {
  if (t === 'array')
    return [...Object.keys(i?.p ?? {}).map((field) => `${name}.1.${field}`), `${name}.1`, `${name}.x`, name];
  return [name, ...Object.keys(p ?? {}).map((field) => `${name}.${field}`)];
};

const junkFor = (names: readonly string[]): fc.Arbitrary<Wire> =>
  names.length === 0
    ? fc.constant({})
    : fc.dictionary(fc.constantFrom(...names), fc.constantFrom(...JUNK, ...JSON_JUNK), { maxKeys: 3 });

const request = fc.constantFrom(...ACTIONS).chain(([service, action]) => {
  const meta = Object.entries(metadata[service]?.actions[action] ?? {});
  const names = meta.flatMap(([name, param]) => namesOf(name, param));
  return fc.record({ service: fc.constant(service), action: fc.constant(action), junk: junkFor(names) });
});

describe('strange requests', () => {
  let bench: Bench;
  let good: Wire;
  before(async () => {
    bench = await startBench();
    const { vpc, vswitch, group } = await layGround(bench);
    const run = runOn({ vpc, vswitch, group });
    const { InstanceIdSets } = await bench.must('ecs', 'RunInstances', run);
    const { LoadBalancerId } = await bench.must('slb', 'CreateLoadBalancer', {
      RegionId: REGION,
      LoadBalancerSpec: 'slb.s1.small',
    });
    await bench.advance(100);
    const [InstanceId] = InstanceIdSets.InstanceIdSet;
    good = {
      ...run,
      InstanceId,
      'InstanceId.1': InstanceId,
      LoadBalancerId,
      VpcId: vpc,
      SecurityGroupId: group,
      ListenerPort: 80,
      BackendServerPort: 8080,
      Bandwidth: -1,
      HealthCheck: 'on',
      HealthCheckURI: '/',
      BackendServers: JSON.stringify([{ ServerId: InstanceId }]),
      Type: 'RunShellScript',
      CommandContent: 'ZWNobw==',
      IpProtocol: 'tcp',
      PortRange: '1/2',
      SourceCidrIp: '10.0.0.0/8',
      CidrBlock: '10.0.64.0/20',
      ZoneId: ZONE_F,
      ResourceType: 'instance',
      'ResourceId.1': InstanceId,
      'Tag.1.Key': 'k',
      Name: 'name',
      CommandId: 'c-none',
    };
  });
  after(() => bench.stop());

  it('are answered as the API answers', async () => {
    await fc.assert(
      fc.asyncProperty(request, async ({ service, action, junk }) => {
        const got = await bench.ask(service, action, { ...good, ...junk });
        assert.deepEqual(bench.complaints, []);
        assert.match(got.json.RequestId, /^[0-9A-F-]{36}$/);
        if (got.status === 200) return;
        assert.ok(got.status < 500 || got.json.Code === 'EmulatorNotImplemented', got.text);
        assert.deepEqual(Object.keys(got.json), ['RequestId', 'HostId', 'Code', 'Message', 'Recommend']);
        assert.match(got.json.Message, /[A-Za-z]/);
      }),
      { numRuns: 400 },
    );
  });
});
