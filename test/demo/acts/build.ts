// Act 0: everything is built.
import type { Act } from '../act.ts';
import { SAMPLE_OBJECTS, allWell, fleetsOf } from '../look.ts';
import { nothingTwice } from '../judge/ledger.ts';

/** The environment is built from the samples. */
export const build: Act = {
  title: '0. The environment is built',
  withinSeconds: 120,
  harmless: true,
  play: async (stage) => ({
    broken: [],
    judge: async () => {
      const objects = stage.watch.objects();
      if (objects.length < SAMPLE_OBJECTS)
        return [{ holds: false, text: `${objects.length} of ${SAMPLE_OBJECTS} objects seen` }];
      const ledger = await stage.emulator.ledger();
      return [...(await allWell(stage, ledger)), nothingTwice(ledger, fleetsOf(stage))];
    },
  }),
};
