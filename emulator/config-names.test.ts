// A misspelt name in the configuration is told, not passed over; every name that the emulator itself uses is known.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unknownName } from './config-names.ts';
import { readConfig } from './config.ts';
import { modules } from './services/index.ts';
import { layGround, runOn, startBench } from './test-client.ts';

const told = (config: object): string | undefined => unknownName(readConfig(JSON.stringify(config)), modules);
const keyOf = (deny: string): object => ({
  accounts: [{ id: '1', accessKeys: [{ id: 'a', secret: 'b', deny: [deny] }] }],
});

describe('names in the configuration', () => {
  const cases = [
    {
      why: 'a step',
      config: { lifecycle: { 'ecs.instance.startin': 5 } },
      says: /lifecycle.*startin.*ecs.instance.starting/,
    },
    { why: 'a type', config: { visibility: { 'ecs.instances': { create: 5 } } }, says: /visibility.*ecs.instances/ },
    { why: 'a quota', config: { quotas: { 'vpc.vpc': 1 } }, says: /quotas.*vpc\.vpcs/ },
    { why: 'an option', config: { options: { weightZero: 'real' } }, says: /options.*slb\.weightZero/ },
    { why: 'an action', config: { throttling: { actions: { 'ecs:Describe': 1 } } }, says: /throttling.*ecs:Describe/ },
    { why: 'a denied action', config: keyOf('ecs:RunInstance'), says: /deny.*ecs:RunInstance/ },
    { why: 'a key of guests', config: { guests: { nope: 1 } }, says: /guests\.nope/ },
  ];
  for (const { why, config, says } of cases) it(`tells ${why}`, () => assert.match(told(config) ?? '', says));

  it('knows those of the documentation', () => {
    const config = {
      lifecycle: { 'ecs.instance.starting': 5, 'vpc.vpc.pending': 'immediate', 'slb.failover': 1 },
      visibility: { 'ecs.instance': { create: 1 }, '*': { create: 1 } },
      throttling: { actions: { 'ecs:DescribeInstances': 100 } },
      ...keyOf('vpc:*'),
    };
    assert.equal(told(config), undefined);
  });

  it('knows every table', async () => {
    const bench = await startBench();
    try {
      await bench.must('ecs', 'RunInstances', runOn(await layGround(bench)));
      for (const tables of bench.emulator.world.state().places.values()) {
        for (const name of tables.keys())
          assert.equal(told({ visibility: { [name]: { create: 1 } } }), undefined, name);
      }
    } finally {
      await bench.stop();
    }
  });

  it('knows every quota and option that the services read', () => {
    const folder = join(import.meta.dirname, 'services');
    const sources = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');
    const names = (pattern: RegExp): readonly string[] => [...sources.matchAll(pattern)].map(([, name = '']) => name);
    const quotas = names(/quota\('([^']+)'/g);
    const options = names(/options\['([^']+)'\]/g);
    assert.ok(quotas.length > 10 && options.length > 4);
    for (const name of quotas) assert.equal(told({ quotas: { [name]: 1 } }), undefined, name);
    for (const name of options) assert.equal(told({ options: { [name]: 1 } }), undefined, name);
  });
});
