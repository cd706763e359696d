// Act 6: the objects are deleted, and the ledger shows that nothing is left and nothing was made twice.
import type { Act } from '../act.ts';
import { fleetsOf, objectOf } from '../look.ts';
import { nothingLeft, nothingTwice } from '../judge/ledger.ts';
import { nameOf } from '../judge/objects.ts';
import { few, objections, verdict, type Verdict } from '../judge/verdict.ts';
import type { Stage } from '../stage.ts';
import { must } from '../tools.ts';

/** Everything is deleted; `webReplaced` servers of web had to be made anew before. */
export function farewell(webReplaced: number): Act {
  return {
    title: '6. Everything is deleted',
    withinSeconds: 75,
    does: 'asked',
    play: async (stage, tell) => {
      const fleets = fleetsOf(stage, webReplaced);
      const { name } = objectOf(stage, 'FinanceCloudEnvironment').metadata;
      const inNamespace = ['-n', stage.samples.namespace];
      const patch = '{"spec":{"deletionPolicy":"Delete"}}';
      tell(`${name} gets deletionPolicy Delete (the samples keep Retain: nothing in the cloud goes with its object)`);
      await must(stage.plane, [
        ...inNamespace,
        'patch',
        `financecloudenvironment/${name}`,
        '--type=merge',
        '-p',
        patch,
      ]);
      tell('all objects are deleted with kubectl');
      await must(stage.plane, [
        ...inNamespace,
        'delete',
        'financecloudenvironments,securityzones,bastionpools',
        '--all',
        '--wait=false',
      ]);
      await must(stage.plane, ['delete', 'financecloudaccounts', '--all', '--wait=false']);
      return {
        judge: async () => {
          const ledger = await stage.emulator.ledger();
          return [objectsGone(stage), nothingLeft(ledger), nothingTwice(ledger, fleets)];
        },
      };
    },
  };
}

function objectsGone(stage: Stage): Verdict {
  const left = stage.watch.objects().map(nameOf);
  return verdict(objections([[left.length > 0, `still there: ${few(left)}`]]), 'all objects are gone');
}
