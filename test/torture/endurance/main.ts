// `make endurance`: a quiet day of 1,000 objects, two hours of trouble, and 100,000 changes over a watch that is cut all the time;
// prints tables and exits 1 when something does not hold.
import { parseArgs } from 'node:util';
import { type Row, printTable } from '../../../bench/table.ts';
import { MOST_KB_AN_HOUR_OF_TROUBLE, drift } from './drift.ts';
import { MOST_KB_AN_HOUR, idle } from './idle.ts';
import { watch } from './watch.ts';

// A wait or two may be under way at the moment of a look.
const FEW_TIMERS = 5;

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { part: text, seed: text, objects: text, hours: text, changes: text, minutes: text },
});
const figure = (name: 'seed' | 'objects' | 'hours' | 'changes' | 'minutes', otherwise: number): number => {
  const value = Number(values[name] ?? otherwise);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a whole number from 1`);
  return value;
};

const say = (line: string): void => void process.stdout.write(`  ${line}\n`);
const row = (what: string, value: number): Row => ({ what, figure: value.toLocaleString('en'), goal: '' });
/** A list that must be empty; its first lines are printed. */
function none(what: string, list: readonly string[]): Row {
  for (const line of list.slice(0, 10)) say(`${what}: ${line}`);
  return { what, figure: String(list.length), goal: 'none', holds: list.length === 0 };
}
const atMost = (what: string, value: number, most: number): Row => ({
  what,
  figure: value.toFixed(0),
  goal: `<= ${most}`,
  holds: value <= most,
});

const PARTS = {
  idle: async (): Promise<readonly Row[]> => {
    const [hours, minutes] = [figure('hours', 24), figure('minutes', 60)];
    const seen = await idle({ objects: figure('objects', 1000), hours, minutes, tell: say });
    return [
      row('environments, zones and pools', seen.objects),
      row('servers', seen.servers),
      row('virtual hours', seen.hours),
      row('reads of the cloud', seen.reads),
      none('writes to the API server', seen.kubeWrites),
      none('mutating calls, questions in guests apart', seen.cloudWrites),
      row('reachable memory at the end, MB', Math.round(seen.megabytes)),
      atMost('growth, KB for each virtual hour', seen.slopeKb, MOST_KB_AN_HOUR),
      atMost(
        'timers that wait at the end, and 5 more than most in the first hour',
        seen.timers.at(-1) ?? 0,
        Math.max(...seen.timers.slice(0, 4)) + FEW_TIMERS,
      ),
      none('listeners, sockets or timers left', seen.left),
    ];
  },
  drift: async (): Promise<readonly Row[]> => {
    const seen = await drift({ seconds: figure('hours', 2) * 3600, seed: figure('seed', 1), tell: say });
    return [
      ...Object.entries(seen.done).map(([what, times]) => row(what, times)),
      row('calls to the cloud', seen.calls),
      row('  that failed', seen.failedCalls),
      row('virtual seconds from its end until all is Ready', seen.readyAfter),
      none('differences from an undisturbed world', seen.differences),
      none('writes after it came to rest', seen.restless),
      atMost('growth while it lasts, KB for each virtual hour', seen.slopeKb, MOST_KB_AN_HOUR_OF_TROUBLE),
      none('listeners, sockets or timers left', seen.left),
    ];
  },
  watch: async (): Promise<readonly Row[]> => {
    const seen = await watch({ changes: figure('changes', 100_000), seed: figure('seed', 1) });
    return [
      row('changes', seen.changes),
      row('watches', seen.watches),
      row('lists', seen.lists),
      ...Object.entries(seen.cuts).map(([name, times]) => ({
        what: `  ${name}`,
        figure: `${times} times`,
        goal: `latest ${Math.round((seen.latestMs[name] ?? 0) / 1000)} s`,
      })),
      none('changes that were missed', seen.missed),
      atMost('misses that the comparison with the server found', seen.foundByAudit, 0),
      none('changes later than silence and back-off allow', seen.late),
      atMost('timers left', seen.timersLeft, 0),
    ];
  },
} as const;

async function run(): Promise<number> {
  const chosen = Object.entries(PARTS).filter(([name]) => values.part === undefined || values.part === name);
  if (chosen.length === 0) throw new Error(`--part is one of ${Object.keys(PARTS).join(', ')}`);
  // The first line opens standard output, which may be a pipe and must not count as left open.
  say(`seed ${figure('seed', 1)}`);
  let missed = 0;
  for (const [name, part] of chosen) {
    const began = performance.now();
    const rows = await part();
    printTable(`${name} (${Math.round((performance.now() - began) / 1000)} s)`, rows);
    missed += rows.filter(({ holds }) => holds === false).length;
  }
  return missed;
}

process.exit((await run()) === 0 ? 0 : 1);
