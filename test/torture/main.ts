// `make torture`: plays every plan of the fault matrix and prints the table; `PLAN=file` replays one plan. A run that was
// broken off goes on where it was.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startControlPlane } from '../controlplane/control-plane.ts';
import { type Agenda, Book } from './book.ts';
import { GENERATORS } from './generators.ts';
import { type Plan, phasesOf, readPlan } from './plan.ts';
import { learn, playAll } from './session.ts';
import { type Stage, setStage } from './stage.ts';
import { matrix, summary } from './table.ts';

const USAGE = `usage: node test/torture/main.ts [options]
  --plan FILE      play this one plan
  --rows A1,D2     only these rows of the fault matrix
  --lanes N        lives at once (default: three for each processor)
  --minutes N      begins no life after so long, to go on another time
  --folder DIR     where plans and results are kept (default dist/torture); a run that was broken off goes on
`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Options {
  readonly plan: Plan | undefined;
  readonly rows: readonly string[];
  readonly lanes: number;
  readonly minutes: number;
  readonly folder: string;
}

function optionsOf(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const options = { plan: text, rows: text, lanes: text, minutes: text, folder: text };
  const { values } = parseArgs({ args: [...args], options });
  const rows = values.rows?.split(',').filter((row) => row !== '') ?? Object.keys(GENERATORS);
  const unknown = rows.find((row) => GENERATORS[row] === undefined);
  if (unknown !== undefined)
    throw new Error(`--rows: ${unknown} has no plans here; there are ${Object.keys(GENERATORS).join(', ')}`);
  const lanes = Number(values.lanes ?? cpus().length * 3);
  if (!Number.isInteger(lanes) || lanes < 1 || lanes > 64) throw new Error('--lanes takes a whole number from 1 to 64');
  const minutes = Number(values.minutes ?? Infinity);
  if (!(minutes > 0)) throw new Error('--minutes takes a number above 0');
  const folder = path.resolve(values.folder ?? path.join(import.meta.dirname, '../../dist/torture'));
  return { plan: values.plan === undefined ? undefined : planOf(values.plan), rows, lanes, minutes, folder };
}

function planOf(file: string): Plan {
  try {
    return readPlan(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`--plan ${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Plays one plan after three undisturbed lives of the same phases. */
async function replay(stage: Stage, plan: Plan): Promise<number> {
  const { due } = await learn(stage, phasesOf(plan));
  const [outcome] = await playAll(stage, { plans: [plan], due, tell: (end) => say(summary(end)) });
  if (outcome === undefined || outcome.problems.length === 0) return 0;
  const writes = outcome.seen.filter(({ phase }) => phase === outcome.failedIn);
  say(
    `writes of ${outcome.failedIn}:\n${writes.map(({ channel, facts }) => `  ${channel} ${facts.join(' | ')}`).join('\n')}`,
  );
  say(outcome.log);
  return 1;
}

async function agendaOf(stage: Stage, book: Book): Promise<Agenda> {
  const known = book.agenda();
  if (known !== undefined) return known;
  const { points, due } = await learn(stage);
  // The first of every row, then the second of every row: a run that is broken off has seen something of everything.
  const plans = Object.entries(GENERATORS)
    .flatMap(([row, generate]) => generate(row, points).map((plan, order) => ({ plan, order })))
    .toSorted((a, b) => a.order - b.order)
    .map(({ plan }) => plan);
  const agenda = { due, plans };
  book.keepAgenda(agenda);
  return agenda;
}

async function everything(stage: Stage, { rows, folder, minutes }: Options): Promise<number> {
  const began = performance.now();
  const book = new Book(folder, stage.program);
  const { plans: all, due } = await agendaOf(stage, book);
  const plans = all.filter(({ row }) => rows.includes(row));
  const finished = new Set(book.results().map(({ name }) => name));
  const open = plans.filter(({ name }) => !finished.has(name));
  say(`${plans.length} lives, ${plans.length - open.length} of them finished before; results in ${book.folder}`);
  let played = 0;
  await playAll(stage, {
    plans: open,
    due,
    until: began + minutes * 60_000,
    tell: (outcome) => {
      book.note(outcome);
      played += 1;
      say(`${String(played).padStart(4)}/${open.length} ${summary(outcome)}`);
    },
  });
  const results = book.results();
  say(matrix(all, results));
  const failed = plans.filter(({ name }) => results.some((result) => result.name === name && !result.passed));
  for (const plan of failed) say(`failed: make torture PLAN=${path.relative(process.cwd(), book.failed(plan))}`);
  const left = open.length - played;
  const passed = plans.length - left - failed.length;
  const seconds = Math.round((performance.now() - began) / 1000);
  say(
    `${passed} of ${plans.length} lives passed${left === 0 ? '' : `, ${left} are still to be played`}; ${played} in ${seconds} s`,
  );
  return failed.length === 0 && left === 0 ? 0 : 1;
}

async function main(options: Options): Promise<number> {
  const plane = await startControlPlane({ say });
  try {
    const stage = await setStage(plane, options.plan === undefined ? options.lanes : Math.min(options.lanes, 3));
    try {
      return options.plan === undefined ? await everything(stage, options) : await replay(stage, options.plan);
    } finally {
      await stage.stop();
    }
  } finally {
    await plane.stop();
  }
}

/** The end by a signal: what was started is bound to this process and goes with it. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

let options: Options | undefined;
try {
  options = optionsOf(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`torture: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 2;
}
if (options !== undefined) {
  process.exitCode = await main(options).catch((error: unknown) => {
    process.stderr.write(`torture: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  });
  process.exit();
}
