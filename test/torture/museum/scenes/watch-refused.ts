// Watches fail at once, again and again, for a minute: they are asked for ever more slowly.
import { silentLogger } from '../../../../src/kernel/logger.ts';
import { silentMeter } from '../../../../src/kernel/meter.ts';
import { Informer } from '../../../../src/runtime/informer.ts';
import { LEASES } from '../../../../src/runtime/lease.ts';
import { MemoryKube } from '../../../support/memory-kube.ts';
import { VirtualClock, flush, seededRandom } from '../../../support/virtual-clock.ts';
import type { Scene } from '../bug.ts';

const MOST = 60;

export const play: Scene = async () => {
  const clock = new VirtualClock();
  const kube = new MemoryKube();
  let watches = 0;
  kube.interfere = ({ verb }) => {
    if (verb !== 'watch') return undefined;
    watches += 1;
    // A loop without a pause would never let go of this process.
    if (watches > 1000) throw new Error('a hot loop');
    return { kind: 'unavailable', message: 'the connection was reset' };
  };
  const common = { kube, clock, random: seededRandom(1), log: silentLogger, meter: silentMeter };
  const informer = new Informer({ ...common, kind: LEASES, namespaces: [] });
  const stop = new AbortController();
  const end = informer.run(stop.signal).catch(() => undefined);
  await flush();
  await clock.advance(60_000);
  stop.abort();
  await clock.advance(60_000);
  await end;
  return watches > MOST ? [`a hot loop: ${watches} watches in a minute, each refused`] : [];
};
