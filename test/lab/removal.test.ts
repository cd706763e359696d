// A module's removal is confirmed, taken back in the middle and confirmed again, played through with the real operator.
import assert from 'node:assert/strict';
import { ANNOTATIONS } from '../../src/crds/index.ts';
import { type Lab, startLab } from '../support/lab/lab.ts';
import type { Declared } from '../support/lab/objects.ts';
import { FROM_BALANCERS, SERVING_CLOUD, balanced, banks, securityZone } from '../support/lab/worlds.ts';

const KIND = 'FinanceCloudEnvironment';
const NAMESPACE = 'team-0';
const BANK = `${NAMESPACE}/bank`;
const DRAIN_SECONDS = 60;
/** Four servers, their load balancer and its listener. */
const GOING = 6;

const batch = balanced('batch', 4);

/** The bank with or without the second module; a confirmation is an annotation. */
function bankWith(modules: readonly object[], confirmed?: string): readonly Declared[] {
  const [environment] = banks(1, 2);
  assert.ok(environment !== undefined);
  const spec = Object(environment.spec);
  const annotations = confirmed === undefined ? {} : { [ANNOTATIONS.confirmRemoval]: confirmed };
  return [
    {
      ...environment,
      metadata: { ...environment.metadata, annotations },
      spec: { ...spec, modules: [...spec.modules, ...modules], repair: { drainSeconds: DRAIN_SECONDS } },
    },
    securityZone(NAMESPACE, { name: 'dmz', index: 0, inbound: [FROM_BALANCERS] }),
  ];
}

const ids = (lab: Lab, type?: string) =>
  lab
    .living(type)
    .map(({ id }) => id)
    .toSorted();

/** Declares a bank again over the one that lives. */
function declare(lab: Lab, [environment]: readonly Declared[]): void {
  assert.ok(environment !== undefined);
  lab.edit(KIND, BANK, { spec: Object(environment.spec), annotations: environment.metadata.annotations ?? {} });
}

function stepsOf(lab: Lab): readonly string[] {
  const status = Object(lab.get(KIND, BANK)?.status);
  return (status.replacements ?? []).map((item: { slot: string; step: string }) => `${item.slot} ${item.step}`);
}

describe('a module whose removal is confirmed', function () {
  this.timeout(120_000);

  it('may be declared again in the middle, and goes in order in the end', async () => {
    const lab = await startLab({ objects: bankWith([batch]), cloud: SERVING_CLOUD });
    try {
      await lab.untilReady(900);
      const before = ids(lab);
      declare(lab, bankWith([], 'batch'));
      const weighed = () => lab.callsByAction(begun)['SetBackendServers'] ?? 0;
      const begun = lab.now();
      await lab.until('two drain', () => weighed() > 0 && stepsOf(lab).length === 2, 120);
      declare(lab, bankWith([batch]));
      await lab.untilReady(300);
      await lab.advance(2 * DRAIN_SECONDS);
      assert.deepEqual([ids(lab), stepsOf(lab)], [before, []], 'everybody is still there');
      assert.equal(lab.callsByAction(begun)['RunInstances'], undefined, 'and nobody was made beside them');

      const again = lab.now();
      declare(lab, bankWith([], 'batch'));
      const left = await lab.until('it is gone', () => ids(lab).length === before.length - GOING, 900);
      assert.ok(left >= 2 * DRAIN_SECONDS, `one of a zone at a time, each drained: ${left} s`);
      const writes = lab
        .calls()
        .filter(({ at, action }) => at >= again && /^(Set|Remove|Delete)/.test(action))
        .map(({ action }) => action);
      assert.equal(writes.at(-1), 'DeleteLoadBalancer', writes.join(' '));
      assert.ok(writes.indexOf('SetBackendServers') < writes.indexOf('DeleteInstances'));
      await lab.untilReady(120);
    } finally {
      await lab.stop();
    }
  });
});
