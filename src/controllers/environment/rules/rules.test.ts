import assert from 'node:assert/strict';
import { ANNOTATIONS } from '../../../crds/index.ts';
import {
  F,
  G,
  balancer,
  type ModuleOverride,
  businessModule,
  environment,
  intent,
  listener,
  pool,
  recorded,
  recordedServers,
  zone,
} from '../../../../test/support/builders.ts';
import { balancerRecord, runningServers, serverRecord } from '../../../../test/support/cloud-records.ts';
import { environmentInput } from '../../../../test/support/plan-input.ts';
import { exportedRules } from '../../../../test/support/rule-files.ts';
import { viewOf } from '../../../../test/support/view.ts';
import type { EnvironmentInput } from '../module.ts';
import { planEnvironment } from '../plan.ts';
import { environmentRules } from './index.ts';

const withModule = (...overrides: readonly ModuleOverride[]): Partial<EnvironmentInput> => ({
  object: environment({ spec: { modules: [businessModule(...overrides)] } }),
});
const inTier = (tier: 'DMZ' | 'Intranet', more: Partial<EnvironmentInput>): Partial<EnvironmentInput> => ({
  ...more,
  refs: { zones: new Map([['app', zone({ spec: { tier } })]]), pools: [pool()], problems: [] },
});
const standard = { network: { type: 'VPC', design: 'Standard', cidr: '10.20.0.0/16' } } as const;
const front = withModule({ loadBalancer: balancer() });
const lb = [recorded('LoadBalancer', 'web/lb', 'lb-1')];
const withBalancer = (slaveZone: string): Partial<EnvironmentInput> => ({
  ...front,
  records: lb,
  view: viewOf({ records: { LoadBalancer: [balancerRecord({ slaveZone })] } }),
});
const clone = viewOf({
  records: { Server: [...runningServers(recordedServers('web', [F, G])), serverRecord({ id: 'i-clone' })] },
});
const leaving = (confirm?: string): Partial<EnvironmentInput> => ({
  object: environment({
    spec: { deletionPolicy: 'Delete' },
    ...(confirm === undefined ? {} : { annotations: { [ANNOTATIONS.confirmRemoval]: confirm } }),
  }),
  records: [...recordedServers('web2', [F]), ...recordedServers('web2x', [F])],
});

interface Row {
  readonly rule: string;
  readonly why: string;
  readonly input: Partial<EnvironmentInput>;
  readonly is: readonly string[];
}

const hits: readonly Row[] = [
  {
    rule: 'ARCH-7',
    why: 'one server',
    input: withModule({ servers: { replicas: 1 } }),
    is: ['Warning Module web has one server'],
  },
  {
    rule: 'ARCH-2',
    why: 'an odd number is a note',
    input: withModule({ servers: { replicas: 3 } }),
    is: ['Info Module web has an odd number of servers'],
  },
  {
    rule: 'BAS-4',
    why: 'no pool belongs to it',
    input: { refs: { zones: new Map(), pools: [], problems: [] } },
    is: ['Warning No BastionPool belongs to this environment'],
  },
  {
    rule: 'NET-6',
    why: 'a public load balancer outside the DMZ',
    input: inTier('Intranet', front),
    is: ['Warning Module web is reachable from or reaches the internet'],
  },
  {
    rule: 'NET-6',
    why: 'public bandwidth outside the DMZ',
    input: inTier('Intranet', withModule({ servers: { internetBandwidthMbps: 5 } })),
    is: ['Warning Module web is reachable from or reaches the internet'],
  },
  {
    rule: 'SLB-4',
    why: 'no standby zone',
    input: withBalancer(''),
    is: ['Warning Load balancer lb-1 of module web has no standby zone'],
  },
  {
    rule: 'SLB-4',
    why: 'the same zone twice is no standby',
    input: withBalancer(F),
    is: ['Warning Load balancer lb-1 of module web has no standby zone'],
  },
  {
    rule: 'SLB-8',
    why: 'stickiness declared off',
    input: withModule({ loadBalancer: balancer({ listeners: [listener({ stickySession: { type: 'None' } })] }) }),
    is: ['Info Listener HTTP/80 of module web does not stick'],
  },
  {
    rule: 'ARCH-2',
    why: 'a clone with our tags',
    input: { records: recordedServers('web', [F, G]), view: clone },
    is: ["Warning Server i-clone carries this object's tags and is not on record"],
  },
  {
    rule: 'ARCH-6',
    why: 'a removal that nobody confirmed, each module for itself',
    input: leaving(),
    is: ['Warning web2 left the spec and still runs', 'Warning web2x left the spec and still runs'],
  },
  {
    rule: 'ARCH-6',
    why: 'a removal of which half is confirmed',
    input: leaving('web2'),
    is: ['Warning web2x left the spec and still runs'],
  },
];

const misses: readonly Omit<Row, 'is'>[] = [
  { rule: 'ARCH-7', why: 'two servers', input: withModule({ servers: { replicas: 2 } }) },
  { rule: 'ARCH-2', why: 'an even number', input: withModule({ servers: { replicas: 4 } }) },
  { rule: 'ARCH-2', why: 'one server is another finding', input: withModule({ servers: { replicas: 1 } }) },
  { rule: 'BAS-4', why: 'a pool belongs to it', input: {} },
  {
    rule: 'BAS-4',
    why: 'nothing to administer yet',
    input: { object: environment({ spec: { modules: [] } }), refs: { zones: new Map(), pools: [], problems: [] } },
  },
  { rule: 'NET-6', why: 'public in the DMZ', input: inTier('DMZ', front) },
  {
    rule: 'NET-6',
    why: 'the standard design has no tiers',
    input: inTier('Intranet', {
      object: environment({ spec: { ...standard, modules: [businessModule({ loadBalancer: balancer() })] } }),
    }),
  },
  {
    rule: 'NET-6',
    why: 'intranet only',
    input: inTier('Intranet', withModule({ loadBalancer: balancer({ address: 'Intranet' }) })),
  },
  {
    rule: 'NET-6',
    why: 'a zone that is not there yet has no tier',
    input: { ...front, refs: { zones: new Map(), pools: [pool()], problems: [] } },
  },
  { rule: 'SLB-4', why: 'two zones', input: withBalancer(G) },
  { rule: 'SLB-4', why: 'not seen, not judged', input: { ...front, records: lb } },
  { rule: 'SLB-8', why: 'stickiness by default', input: front },
  {
    rule: 'SLB-8',
    why: 'UDP has none',
    input: withModule({
      loadBalancer: balancer({ listeners: [listener({ protocol: 'UDP', stickySession: { type: 'None' } })] }),
    }),
  },
  {
    rule: 'ARCH-2',
    why: 'a server that is just being made is not on record yet',
    input: { records: recordedServers('web', [F, G]), view: clone, intents: [intent()] },
  },
  {
    rule: 'ARCH-2',
    why: 'a retained server is on record',
    input: {
      records: recordedServers('web', [F, G]),
      view: clone,
      retained: [{ name: 'web/9', type: 'Server', id: 'i-clone', since: '2026-01-01T00:00:00Z', reason: 'kept' }],
    },
  },
  { rule: 'ARCH-6', why: 'under Retain nothing waits for anybody', input: { records: recordedServers('web2', [F]) } },
  { rule: 'ARCH-6', why: 'confirmed', input: leaving('web2,web2x') },
];

function found(rule: string, more: Partial<EnvironmentInput>): readonly string[] {
  const input = environmentInput(more);
  return environmentRules
    .filter((item) => item.id === rule)
    .flatMap((item) => item.judge(input, planEnvironment(input)))
    .map((item) => `${item.severity} ${item.message}`);
}

describe('rules of an environment', () => {
  for (const { rule, why, input, is } of hits) {
    it(`${rule} hits: ${why}`, () => {
      const messages = found(rule, input);
      assert.equal(messages.length, is.length, messages.join('\n'));
      for (const [index, text] of is.entries()) assert.ok(messages[index]?.startsWith(text), messages[index]);
    });
  }
  for (const { rule, why, input } of misses)
    it(`${rule} misses: ${why}`, () => assert.deepEqual(found(rule, input), []));

  it('are exactly the files of the folder', async () => {
    const files = await exportedRules(new URL('./', import.meta.url));
    assert.deepEqual(new Set(environmentRules), new Set(files));
    assert.equal(environmentRules.length, files.length);
  });

  it('name the ids that they are judged by, and show evidence', () => {
    for (const { input } of hits) {
      const whole = environmentInput(input);
      for (const rule of environmentRules) {
        for (const item of rule.judge(whole, planEnvironment(whole))) {
          assert.equal(item.rule, rule.id);
          assert.ok((item.evidence ?? '').length > 0, item.message);
        }
      }
    }
  });

  it('show as evidence of a removal only what belongs to it', () => {
    const input = environmentInput(leaving('web2x'));
    const [item] = environmentRules
      .filter((rule) => rule.id === 'ARCH-6')
      .flatMap((rule) => rule.judge(input, planEnvironment(input)));
    assert.equal(item?.evidence, 'i-web2-0');
  });
});
