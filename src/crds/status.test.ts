// The largest status that an environment can reach must fit into what the API server stores with ease.
import assert from 'node:assert/strict';
import { nextConditions, CONCERNS_OF, summarize } from './conditions.ts';
import type { EnvironmentStatus } from './environment.ts';
import { environmentStatus } from './status.ts';

const now = '2026-01-01T00:00:00Z';
const zone = (i: number): string => `cn-shanghai-finance-1${i % 2 === 0 ? 'f' : 'g'}`;
const serverId = (i: number): string => `i-uf6${String(i).padStart(17, 'x')}`;
const many = <T>(count: number, make: (i: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, i) => make(i));

const largest: EnvironmentStatus = {
  observedGeneration: 7,
  conditions: nextConditions(
    [],
    summarize(
      CONCERNS_OF.FinanceCloudEnvironment.map((type) => ({
        type,
        status: 'False',
        reason: 'BackendsAbnormal',
        message: 'x'.repeat(1024),
      })),
      { kind: 'working', reason: 'Progressing', message: 'x'.repeat(1024) },
    ),
    { now, generation: 7 },
  ),
  resources: [
    ...many(1000, (i) => ({ name: `core-banking/${i}`, type: 'Server', id: serverId(i), zone: zone(i) }) as const),
    ...many(
      32,
      (i) => ({ name: `core-banking-${i}/lb`, type: 'LoadBalancer', id: `lb-uf6${'x'.repeat(17)}` }) as const,
    ),
    { name: 'vpc', type: 'VPC', id: `vpc-uf6${'x'.repeat(17)}` },
  ],
  boots: many(1000, (i) => ({ id: serverId(i), bootedAt: now })),
  drift: many(100, (i) => ({
    rule: 'SLB-7',
    path: `core-banking-${i}/lb/HTTP/80 healthCheck.path`,
    desired: '/app/health',
    observed: '/nowhere',
    firstSeen: now,
    class: 'Safe',
    decision: 'Repairing',
  })),
  findings: many(100, (i) => ({
    rule: 'ARCH-7',
    severity: 'Warning',
    message: `module core-banking-${i} has one server: losing it interrupts the module`,
    evidence: serverId(i),
    since: now,
  })),
  replacements: many(10, (i) => ({
    slot: `core-banking/${i}`,
    module: 'core-banking',
    surplusId: serverId(i),
    newId: serverId(i + 1),
    fromZone: zone(0),
    toZone: zone(1),
    step: 'Draining',
    since: now,
  })),
  attempt: 2000,
};

describe('status', () => {
  it('takes the largest environment: 1000 servers in 32 modules, every list full', () => {
    assert.deepEqual(environmentStatus.parse(largest), largest);
  });

  it('stays under 256 KiB at its largest, intents apart', () => {
    const bytes = Buffer.byteLength(JSON.stringify(largest));
    assert.ok(bytes < 256 * 1024, `${bytes} bytes`);
  });

  it('leaves room for a full wave of intents below the limit of a request', () => {
    const wave = 64 * 1024;
    assert.ok(Buffer.byteLength(JSON.stringify(largest)) + wave < 1024 * 1024);
  });
});
