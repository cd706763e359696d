// Bugs of what is seen and believed: watches, listings, clocks.
import type { Bug } from '../bug.ts';

const REFLECTOR = 'src/runtime/reflector.ts';

export const seeing: readonly Bug[] = [
  {
    id: 15,
    name: 'An informer is dead after a reset',
    known: '-',
    seed: 'A watch that failed is never begun again',
    cuts: [
      {
        file: REFLECTOR,
        find: "    if (end.kind === 'stopped' || signal.aborted) return { to: 'watching', waitMs: 0 };\n",
        put: `    if (end.kind === 'stopped' || signal.aborted) return { to: 'watching', waitMs: 0 };
    if (end.kind === 'failed') await new Promise(() => undefined);
`,
      },
    ],
    exhibit: {
      kind: 'life',
      plan: 'watches-reset',
      problem: /FinanceCloudEnvironment bank is still there/,
      ms: 20_000,
    },
  },
  {
    id: 16,
    name: 'A hot loop of watches',
    known: '-',
    seed: 'A watch that failed is begun again without a pause',
    cuts: [
      {
        file: REFLECTOR,
        find: 'waitMs: Math.max(this.#backoff.next(), atLeastMs) };',
        put: 'waitMs: atLeastMs };',
      },
    ],
    exhibit: { kind: 'scene', scene: 'watch-refused', problem: /a hot loop/ },
  },
  {
    id: 19,
    name: 'Gone because one page lacked it',
    known: '-',
    seed: 'A list counts as whole whatever the cloud counts, and one list that lacks an id is proof enough',
    cuts: [
      { file: 'src/cloud/pages.ts', find: 'complete: walk.steady && whole,', put: 'complete: true || whole,' },
      {
        file: 'src/cloud/inventory/tier.ts',
        find: 'if (lister.idsPerRead > 0) return this.#batch.addNow(ids);',
        put: '',
      },
      {
        file: 'src/cloud/inventory/evidence.ts',
        find: '  if (isYoung(evidence, now, graces)) return false;\n',
        put: '',
      },
      {
        file: 'src/cloud/inventory/evidence.ts',
        find: 'return lastMissAt - firstMissAt >= graces.absenceMs;',
        put: 'return lastMissAt >= firstMissAt;',
      },
    ],
    exhibit: { kind: 'life', plan: 'item-missing', problem: /live at once/ },
  },
  {
    id: 24,
    name: 'A grace is measured by the wall clock',
    known: '-',
    seed: 'The inventory takes the time of day for the time that passed',
    cuts: [
      {
        file: 'src/cloud/inventory/create.ts',
        find: '    this.#options = options;\n',
        put: `    const real = options.clock;
    const clockOfDay = {
      now: () => real.now(),
      monotonic: () => real.now(),
      setTimer: (ms: number, run: () => void) => real.setTimer(ms, run),
      sleep: (ms: number, signal?: AbortSignal) => real.sleep(ms, signal),
    };
    this.#options = { ...options, clock: clockOfDay };
`,
      },
    ],
    exhibit: { kind: 'scene', scene: 'clock-set', problem: /because the clock was set forward/ },
  },
];
