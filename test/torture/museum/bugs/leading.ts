// Bugs of who may act: two leaders, and calls that nobody checked.
import type { Bug } from '../bug.ts';

const TWO_LEAD = /CreateVpc by (one|two) while (one|two) holds the lease/;
const LEADER = 'src/runtime/leader.ts';

export const leading: readonly Bug[] = [
  {
    id: 17,
    name: 'The old leader goes on',
    known: 'argo-rollouts 2117',
    seed: 'A leader whose lease ran out while it slept stays one: neither time nor the name of another in the lease ends it',
    cuts: [
      { file: LEADER, find: 'return Math.max(0, leaseMs - passed);', put: 'void passed;\n    return leaseMs;' },
      {
        file: LEADER,
        find: 'return renewDeadlineMs - (clock.monotonic() - this.#renewed.monotonic);',
        put: 'return renewDeadlineMs - 0 * clock.monotonic();',
      },
      { file: LEADER, find: 'return holder !== this.#options.identity;', put: "return holder === 'nobody';" },
    ],
    exhibit: { kind: 'life', plan: 'paused-before-create', problem: TWO_LEAD },
  },
  {
    id: 18,
    name: 'No look at the lease before a cloud call',
    known: '-',
    seed: 'The gate before each write is always open',
    cuts: [
      {
        file: 'src/main.ts',
        find: 'manager.leadership.validForMs() >= gateMargin\n',
        put: 'manager.leadership.validForMs() >= gateMargin - 1e9\n',
      },
    ],
    exhibit: { kind: 'life', plan: 'paused-before-create', problem: TWO_LEAD },
  },
];
