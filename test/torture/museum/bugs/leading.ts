// Bugs of who may act: two leaders, and calls that nobody checked.
import type { Bug } from '../bug.ts';

export const leading: readonly Bug[] = [
  {
    id: 18,
    name: 'No look at the lease before a cloud call',
    known: 'most operators',
    seed: 'The gate before each write is always open',
    cuts: [
      {
        file: 'src/main.ts',
        find: 'manager.leadership.validForMs() >= gateMargin\n',
        put: 'manager.leadership.validForMs() >= gateMargin - 1e9\n',
      },
    ],
    exhibit: { kind: 'life', plan: 'paused-before-create', problem: /CreateVpc by one while two holds the lease/ },
  },
];
