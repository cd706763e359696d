// Bugs of who may act: two leaders, and calls that nobody checked.
import type { Bug } from '../bug.ts';

const LEADER = 'src/runtime/leader.ts';

export const leading: readonly Bug[] = [
  {
    id: 17,
    name: 'The old leader goes on',
    known: 'argo-rollouts 2117',
    seed: 'A leader whose lease ran out while it slept stays one: neither time nor a stall ends it',
    cuts: [
      {
        file: LEADER,
        find: 'if (this.#expired() || (!(await this.#try(signal)) && (this.#taken() || this.#expired()))) {',
        put: "await this.#try(signal);\n      if (this.holder === 'nobody') {",
      },
      { file: LEADER, find: 'return Math.max(0, leaseMs - passed);', put: 'void passed;\n    return leaseMs;' },
      {
        file: LEADER,
        find: 'if (!this.#leading || !this.#expired()) return false;',
        put: 'if (this.#renewed !== undefined) return false;',
      },
    ],
    exhibit: { kind: 'life', plan: 'paused-leader', problem: /by one while two holds the lease/ },
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
    exhibit: { kind: 'life', plan: 'paused-before-create', problem: /CreateVpc by one while two holds the lease/ },
  },
];
