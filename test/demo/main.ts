// `make demo`: builds a rehearsed bank in the cloud, breaks it, and lets the reader watch it being healed.
// `--negative` tries the judges: with the operator stopped every act must fail. `--keep` leaves everything up.
import path from 'node:path';
import { build } from './acts/build.ts';
import { farewell } from './acts/farewell.ts';
import { stoppedListener, wrongHealthCheck } from './acts/load-balancer.ts';
import { openRule } from './acts/open-rule.ts';
import { lostServer, unevenZones } from './acts/servers.ts';
import { deadUnit } from './acts/startup.ts';
import { zoneOutage } from './acts/zone.ts';
import type { Act } from './act.ts';
import { keepLines, summary, verdictLine } from './closing.ts';
import { HELP, readCommandLine, type Mode } from './command-line.ts';
import { untilTold, whenOrphaned } from './lifetime.ts';
import { createNarrator } from './narrator.ts';
import { perform, type Company, type Result } from './perform.ts';
import { createRunFolder } from '../support/run-folder.ts';
import { settingsLines } from './settings.ts';
import { setStage } from './stage.ts';
import { screenOf } from './screen.ts';
import { createStory, type Story } from './story.ts';
import { tryJudges } from './trial.ts';

/** What breaks, in the order in which it is told. */
const BREAKS: readonly Act[] = [
  lostServer,
  unevenZones,
  deadUnit,
  wrongHealthCheck,
  stoppedListener,
  openRule,
  ...zoneOutage(),
];

async function run(mode: Mode, story: Story, began: number): Promise<boolean> {
  const folder = createRunFolder('finance-cloud-demo');
  const narrator = createNarrator(story);
  const root = path.resolve(import.meta.dirname, '../..');
  try {
    story.chapter('A bank in a rehearsed cloud: nothing here leaves this machine');
    const stage = await setStage({
      root,
      folder,
      node: process.execPath,
      story,
      seed: mode.seed,
      onReport: (report) => narrator.hear(report),
    });
    const company: Company = { stage, story, narrator };
    try {
      for (const line of settingsLines(stage.spec.repair?.drainSeconds ?? 300, mode.seed)) story.tell('note', line);
      const good = mode.negative ? await tryJudges(BREAKS, company, build) : await play(company, mode);
      if (mode.keep) {
        // What a reader looks at afterwards is not the demo's time.
        story.line(verdictLine(good, performance.now() - began));
        await keep(company, folder.path);
      }
      return good;
    } finally {
      story.now('stopping everything');
      await stage.stop();
    }
  } finally {
    await folder.remove();
  }
}

async function play(company: Company, mode: Mode): Promise<boolean> {
  const results: Result[] = [await perform(build, company)];
  if (results[0]?.held === true) {
    company.narrator.listenFrom(await company.stage.emulator.lastCall());
    for (const act of [...BREAKS, ...(mode.keep ? [] : [lastAct()])]) results.push(await perform(act, company));
  }
  summary(company.story, results);
  return results.every(({ held }) => held);
}

function lastAct(): Act {
  return farewell(BREAKS.reduce((sum, act) => sum + (act.webReplaced ?? 0), 0));
}

async function keep({ stage, story }: Company, folder: string): Promise<void> {
  for (const line of keepLines(stage, folder)) story.line(line);
  story.end();
  story.line(`${await untilTold()}: stops everything`);
}

async function main(): Promise<number> {
  const read = readCommandLine(process.argv.slice(2));
  if (read.kind === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  if (read.kind === 'wrong') {
    process.stderr.write(`${read.sentence} --help shows all options.\n`);
    return 2;
  }
  const story = createStory(screenOf(process.stdout, process.env));
  whenOrphaned(process);
  const began = performance.now();
  try {
    const good = await run(read.mode, story, began);
    if (!read.mode.keep) story.line(verdictLine(good, performance.now() - began));
    return good ? 0 : 1;
  } catch (error) {
    story.line(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 1;
  } finally {
    story.end();
  }
}

process.exitCode = await main();
