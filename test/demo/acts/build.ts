// Act 0: everything is built.
import type { Act } from '../act.ts';
import { SAMPLE_OBJECTS, allWell, fleetsOf } from '../look.ts';
import { builtSoFar, nothingTwice } from '../judge/ledger.ts';
import { isReady } from '../judge/objects.ts';
import type { Stage } from '../stage.ts';

/** The environment is built from the samples. */
export const build: Act = {
  title: '0. The environment is built',
  withinSeconds: 120,
  play: async (stage) => ({
    judge: async () => {
      const objects = stage.watch.objects();
      if (objects.length < SAMPLE_OBJECTS)
        return [{ holds: false, text: `${objects.length} of ${SAMPLE_OBJECTS} objects seen` }];
      const ledger = await stage.emulator.ledger();
      return [...(await allWell(stage, ledger)), nothingTwice(ledger, fleetsOf(stage))];
    },
    progress: () => progress(stage),
  }),
};

// While it is built, what is not there yet is nothing to be alarmed at.
async function progress(stage: Stage): Promise<string> {
  const objects = stage.watch.objects();
  if (objects.length < SAMPLE_OBJECTS) return 'the objects are being applied';
  const balancers = stage.spec.modules.filter(({ loadBalancer }) => loadBalancer !== undefined).length;
  const built = builtSoFar(await stage.emulator.ledger(), fleetsOf(stage), balancers);
  return `so far ${built}, ${objects.filter(isReady).length} of ${SAMPLE_OBJECTS} objects Ready`;
}
