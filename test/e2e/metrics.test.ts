// What the running operator shows at /metrics against the reference page.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { allMetrics } from '../../scripts/operator-pages.ts';
import { createInventoryMeter, inventoryMetrics } from '../../src/cloud/inventory/metrics.ts';
import { createMetrics } from '../../src/runtime/metrics.ts';
import { spawnBound } from '../support/bound-process.ts';
import { eventually } from '../support/eventually.ts';
import { CONTROL_PLANE_TIMEOUT_MS, useControlPlane } from '../support/shared-control-plane.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');

/** Names, kinds and helps of an exposition, without those of the process and of Node. */
function shown(exposition: string): ReadonlyMap<string, string> {
  const helps = new Map([...exposition.matchAll(/^# HELP (\w+) (.*)$/gm)].map((match) => [match[1], match[2]]));
  const kinds = [...exposition.matchAll(/^# TYPE (\w+) (\w+)$/gm)];
  return new Map(
    kinds
      .filter((match) => !/^(?:process|nodejs)_/.test(match[1] ?? ''))
      .map((match) => [match[1] ?? '', `${match[2] ?? ''} ${helps.get(match[1]) ?? ''}`]),
  );
}

const page = (metrics: typeof allMetrics): ReadonlyMap<string, string> =>
  new Map(metrics.map(({ name, kind, stability, help }) => [name, `${kind} [${stability}] ${help}`]));

const sorted = (map: ReadonlyMap<string, string>) => new Map([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)));

describe('metrics of the operator', function () {
  this.timeout(CONTROL_PLANE_TIMEOUT_MS);
  const plane = useControlPlane();

  it('are those of the reference page, from its start on', async () => {
    const flags = {
      kubeconfig: plane().kubeconfigPath,
      namespace: 'default',
      identity: 'metrics',
      'bind-address': '127.0.0.1',
      'metrics-port': '0',
      'health-port': '0',
      'metrics-auth': 'off',
    };
    const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
    const child = spawnBound(process.execPath, [MAIN, ...args], { name: 'operator' });
    try {
      const [, port = ''] = await child.waitForLine(/"metrics":(\d+)/, { timeoutMs: 30_000 });
      const ofSessions = new Set(inventoryMetrics.map(({ name }) => name));
      const wanted = sorted(page(allMetrics.filter(({ name }) => !ofSessions.has(name))));
      const seen = await eventually(
        async () => {
          const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(5000) });
          const metrics = shown(await answer.text());
          return metrics.size >= wanted.size ? metrics : undefined;
        },
        { what: `${wanted.size} metrics are shown`, timeoutMs: 30_000 },
      );
      assert.deepEqual(sorted(seen), wanted);
    } finally {
      await child.stop();
    }
  });

  it('of an account and region are the rest of the page', async () => {
    const metrics = createMetrics({ platform: false });
    createInventoryMeter(metrics.meter, { account: 'a', region: 'r' });
    assert.deepEqual(sorted(shown((await metrics.render()).body)), sorted(page(inventoryMetrics)));
  });
});
