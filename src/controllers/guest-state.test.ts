import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { GuestAnswer, UnitState } from '../cloud/ecs/model.ts';
import { type GuestState, afterAnswer, judgedBoot, newBoot } from './guest-state.ts';
import type { StartUpSpec } from './kind.ts';

const limits = { agentGraceMs: 300_000, retryMs: 30_000, periodMs: 600_000 };
const HOUR = 3_600_000;
const unit = (enabled: boolean, active: boolean): UnitState => ({ unit: 'nginx.service', enabled, active });
const good = unit(true, true);
const off = unit(false, false);
const down = unit(true, false);
const answered = (...units: readonly UnitState[]): GuestAnswer => ({ kind: 'answered', serverId: 'i-1', units });
const spec = (more: Partial<StartUpSpec> = {}): StartUpSpec => ({
  units: ['nginx.service'],
  probe: 'AfterBoot',
  repair: 'EnableAndStart',
  ...more,
});

/** Answers one after the other, each at its time. */
function play(of: StartUpSpec, ...answers: readonly (readonly [number, GuestAnswer])[]): GuestState {
  return answers.reduce(
    (state, [now, answer]) => afterAnswer(state, answer, { spec: of, now, limits }),
    newBoot('b1', 0),
  );
}
const render = ({ verdict, next, notBefore }: GuestState): string =>
  `${verdict.kind}, then ${next ?? 'nothing'}${next === undefined ? '' : ` at ${notBefore}`}`;

const rows: readonly {
  readonly why: string;
  readonly spec?: Partial<StartUpSpec>;
  readonly answers: readonly (readonly [number, GuestAnswer])[];
  readonly is: string;
}[] = [
  { why: 'a new boot is asked about at once', answers: [], is: 'asking, then CheckUnits at 0' },
  { why: 'good is not asked again before the next boot', answers: [[10, answered(good)]], is: 'good, then nothing' },
  {
    why: 'Periodic asks again',
    spec: { probe: 'Periodic' },
    answers: [[10, answered(good)]],
    is: 'good, then CheckUnits at 600010',
  },
  {
    why: 'off is enabled and started at once',
    answers: [[10, answered(off)]],
    is: 'asking, then EnableAndStartUnits at 10',
  },
  {
    why: 'a repair is verified by asking again',
    answers: [
      [10, answered(off)],
      [20, answered()],
    ],
    is: 'asking, then CheckUnits at 20',
  },
  {
    why: 'verified: repaired',
    answers: [
      [10, answered(off)],
      [20, answered()],
      [30, answered(good)],
    ],
    is: 'repaired, then nothing',
  },
  {
    why: 'a unit that did not come up gets a moment before the next start',
    answers: [
      [10, answered(off)],
      [20, answered()],
      [30, answered(down)],
    ],
    is: 'asking, then EnableAndStartUnits at 30030',
  },
  {
    why: 'Report repairs nothing',
    spec: { repair: 'Report' },
    answers: [[10, answered(off)]],
    is: 'broken, then nothing',
  },
  {
    why: 'Report and Periodic looks again',
    spec: { repair: 'Report', probe: 'Periodic' },
    answers: [[10, answered(off)]],
    is: 'broken, then CheckUnits at 600010',
  },
  {
    why: 'Enable enables',
    spec: { repair: 'Enable' },
    answers: [[10, answered(off)]],
    is: 'asking, then EnableUnits at 10',
  },
  {
    why: 'Enable does not start what is enabled and down',
    spec: { repair: 'Enable' },
    answers: [[10, answered(down)]],
    is: 'broken, then nothing',
  },
  {
    why: 'one bad unit among good ones is enough',
    answers: [[10, answered(good, down)]],
    is: 'asking, then EnableAndStartUnits at 10',
  },
  {
    why: 'an agent that is not up yet gets time',
    answers: [[10, { kind: 'agent-offline', serverId: 'i-1' }]],
    is: 'asking, then CheckUnits at 30010',
  },
  {
    why: 'an agent that never comes up is told, and asked again',
    answers: [[300_000, { kind: 'agent-offline', serverId: 'i-1' }]],
    is: 'agent-offline, then CheckUnits at 330000',
  },
  {
    why: 'an agent that comes back',
    answers: [
      [300_000, { kind: 'agent-offline', serverId: 'i-1' }],
      [330_000, answered(good)],
    ],
    is: 'good, then nothing',
  },
  {
    why: 'Windows is told and never asked again',
    answers: [[10, { kind: 'unsupported-os', serverId: 'i-1' }]],
    is: 'unsupported-os, then nothing',
  },
  {
    why: 'a command that failed is asked again',
    answers: [[10, { kind: 'failed', serverId: 'i-1', code: 'X', message: 'm' }]],
    is: 'asking, then CheckUnits at 30010',
  },
  {
    why: 'one that goes on failing is told',
    answers: [[300_000, { kind: 'failed', serverId: 'i-1', code: 'X', message: 'm' }]],
    is: 'unanswered, then CheckUnits at 330000',
  },
  {
    why: 'no answer yet changes nothing',
    answers: [[10, { kind: 'pending', serverId: 'i-1' }]],
    is: 'asking, then CheckUnits at 0',
  },
];

describe('afterAnswer', () => {
  for (const row of rows) it(row.why, () => assert.equal(render(play(spec(row.spec), ...row.answers)), row.is));

  it('remembers how units stood before the repair, until they are good', () => {
    const repaired = play(
      spec({ probe: 'Periodic' }),
      [10, answered(off)],
      [20, answered()],
      [30, answered(down)],
      [40, answered()],
      [50, answered(good)],
    );
    assert.deepEqual(repaired.verdict, { kind: 'repaired', before: [off] });
    const later = afterAnswer(repaired, answered(good), { spec: spec({ probe: 'Periodic' }), now: 700_000, limits });
    assert.deepEqual(later.verdict, { kind: 'good' }, 'an old repair is not told for ever');
  });

  for (const repair of ['EnableAndStart', 'Enable'] as const) {
    it(`${repair}: at most three repairs an hour, then failing, then asked again when the hour is over`, () => {
      const bad = answered(off);
      const script = [0, 1, 2].flatMap(
        (n) =>
          [
            [n * 1000, bad],
            [n * 1000 + 500, answered()],
          ] as const,
      );
      const failing = play(spec({ repair }), ...script, [5000, bad]);
      assert.equal(render(failing), `failing, then CheckUnits at ${HOUR}`);
      const again = afterAnswer(failing, bad, { spec: spec({ repair }), now: HOUR, limits });
      assert.equal(again.verdict.kind, 'asking');
      assert.equal(again.starts.length, 3, 'the oldest start is an hour ago');
    });
  }

  it('never repairs more than three times within any hour, whatever is answered', () => {
    const answer = fc.constantFrom<GuestAnswer>(
      answered(good),
      answered(off),
      answered(down),
      { kind: 'agent-offline', serverId: 'i-1' },
      { kind: 'failed', serverId: 'i-1', code: '', message: '' },
    );
    const step = fc.record({ answer, wait: fc.nat(900_000) });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        fc.constantFrom('EnableAndStart', 'Enable', 'Report'),
        (script, repair) => {
          let state = newBoot('b1', 0);
          let now = 0;
          const repairs: number[] = [];
          for (const item of script) {
            now = Math.max(now + item.wait, state.notBefore);
            const { starts } = state;
            state = afterAnswer(state, item.answer, { spec: spec({ repair, probe: 'Periodic' }), now, limits });
            // The same start stays the next thing to do while it is not answered: it counts once.
            if (state.starts !== starts && state.next !== 'CheckUnits') repairs.push(now);
          }
          for (const at of repairs) assert.ok(repairs.filter((other) => other > at - HOUR && other <= at).length <= 3);
          if (repair === 'Report') assert.deepEqual(repairs, []);
        },
      ),
    );
  });

  it('asks each time with another ordinal, so that no answer of before is taken for this one', () => {
    const ordinals = [0, 1, 2].map(
      (n) =>
        play(
          spec(),
          ...(
            [
              [10, answered(off)],
              [20, answered()],
            ] as const
          ).slice(0, n),
        ).ordinal,
    );
    assert.deepEqual(ordinals, [0, 1, 2]);
  });
});

describe('boots', () => {
  it('a boot that an earlier process judged is not asked about again', () => {
    assert.equal(render(judgedBoot('b1', 5)), 'good, then nothing');
  });

  it('a new boot keeps the starts of the last hour: a reboot is no way around the limit', () => {
    assert.deepEqual(newBoot('b2', 5, [1, 2, 3]).starts, [1, 2, 3]);
  });
});
