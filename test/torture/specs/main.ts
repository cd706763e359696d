// `node test/torture/specs/main.ts`: random objects to a real API server, and some that are let in to the controllers; prints a
// table and what is wrong, each as a YAML document that `--case` replays, and exits 1 when something is.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { printTable } from '../../../bench/table.ts';
import { stopSharedControlPlane } from '../../support/shared-control-plane.ts';
import { type Case, casesOf, written } from './cases.ts';
import { type Ends, liveAll } from './ends.ts';
import { type Answered, type Server, openServer, sendAll, tried } from './server.ts';
import { shrunk } from './shrink.ts';

/** Failing cases that are made small, and how often the server and the controllers are asked for that. */
const SMALL = 5;
const SERVER_TRIES = 300;
const LIFE_TRIES = 25;

const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { count: text, lives: text, seed: text, case: text } });
const figure = (name: 'count' | 'lives' | 'seed', otherwise: number): number => {
  const value = Number(values[name] ?? otherwise);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} takes a whole number`);
  return value;
};
const options = { count: figure('count', 10_000), lives: figure('lives', 400), seed: figure('seed', 1) };

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function casesToSend(): readonly Case[] {
  if (values.case === undefined) return casesOf(options.seed, options.count);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a document that an earlier run printed
  const one = parse(readFileSync(values.case, 'utf8')) as Case;
  return [{ ...one, mutations: one.mutations ?? [] }];
}

/** Evenly over all that were let in. */
function chosen(answered: readonly Answered[]): readonly Answered[] {
  const alive = answered.filter(({ verdict }) => verdict !== 'refused');
  const step = Math.max(1, alive.length / Math.max(1, options.lives));
  const count = Math.min(alive.length, options.lives);
  return Array.from({ length: count }, (_, n) => alive[Math.floor(n * step)]).flatMap((one) => one ?? []);
}

// The same words with other names and numbers are the same complaint.
const kindOf = (complaint: string): string => complaint.replaceAll(/["'`].*?["'`]|\d+/g, '').slice(0, 40);

async function reportAnswers(server: Server, answered: readonly Answered[]): Promise<number> {
  const wrong = answered.filter(({ complaints }) => complaints.length > 0);
  for (const [n, { one, complaints }] of wrong.entries()) {
    const [first = ''] = complaints;
    const fails = async (other: Case): Promise<boolean> =>
      (await tried(server, other)).complaints.some((complaint) => kindOf(complaint) === kindOf(first));
    const small = n < SMALL ? await shrunk(one, fails, SERVER_TRIES) : one;
    if (n < 50) say(`\n# ${complaints.join('\n# ')}\n${n < SMALL ? written(small) : written(one).split('\n')[0]}`);
  }
  return wrong.length;
}

async function reportEnds(server: Server, { complaints }: Ends): Promise<number> {
  for (const [n, { one, text: complaint }] of complaints.entries()) {
    const fails = async (other: Case): Promise<boolean> => {
      const answer = await tried(server, other);
      const ends = await liveAll([answer]);
      return ends.complaints.some((found) => kindOf(found.text) === kindOf(complaint));
    };
    const small = n < SMALL ? await shrunk(one, fails, LIFE_TRIES) : one;
    if (n < 50) say(`\n# ${complaint.replaceAll('\n', ' ')}\n${written(small)}`);
  }
  return complaints.length;
}

async function run(): Promise<number> {
  const crashes: string[] = [];
  process.on('unhandledRejection', (reason) => crashes.push(`a promise nobody waited for: ${String(reason)}`));
  const cases = casesToSend();
  const server = await openServer();
  try {
    const began = performance.now();
    const answered = await sendAll(server, cases);
    const sentSeconds = (performance.now() - began) / 1000;
    const wrongAnswers = await reportAnswers(server, answered);
    const ends = await liveAll(chosen(answered), (lived) => say(`${lived} objects lived`));
    const wrongEnds = await reportEnds(server, ends);
    for (const crash of crashes) say(crash);
    const row = (what: string, value: number) => ({ what, figure: String(value), goal: '' });
    const rule = (what: string, value: number) => ({ ...row(what, value), goal: 'none', holds: value === 0 });
    printTable(`Specs, seed ${options.seed}`, [
      row(`objects sent (${Math.round(cases.length / sentSeconds)} a second)`, cases.length),
      ...[...Map.groupBy(answered, ({ one, verdict }) => `  ${one.way}: ${verdict}`)].map(([what, list]) =>
        row(what, list.length),
      ),
      rule('answers that are not good', wrongAnswers),
      row('objects that lived', ends.lived),
      ...[...ends.reasons].toSorted(([, a], [, b]) => b - a).map(([reason, times]) => row(`  ended ${reason}`, times)),
      rule('ends that are not good', wrongEnds),
      rule('crashes', crashes.length),
    ]);
    return wrongAnswers + wrongEnds + crashes.length;
  } finally {
    await server.stop();
    await stopSharedControlPlane();
  }
}

process.exit((await run()) === 0 ? 0 : 1);
