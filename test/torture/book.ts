// What a full run keeps in its folder: its plans, one line for each finished plan, and the plans that failed as files that replay alone.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plan, readPlan } from './plan.ts';
import type { Outcome, Shapes } from './run.ts';
import type { Result } from './table.ts';

/** What was learnt and what is to be played. */
export interface Agenda {
  readonly due: Shapes;
  readonly plans: readonly Plan[];
}

/** The folder of one run of one build of the operator. */
export class Book {
  readonly folder: string;

  /** A run of another build of the operator has another folder: its plans may aim at other writes. */
  constructor(root: string, program: string) {
    const build = createHash('sha256').update(readFileSync(program)).digest('hex').slice(0, 12);
    this.folder = join(root, build);
    mkdirSync(join(this.folder, 'failed'), { recursive: true });
  }

  /** The agenda of a run that was begun, if there is one. */
  agenda(): Agenda | undefined {
    const file = join(this.folder, 'agenda.json');
    if (!existsSync(file)) return undefined;
    const { due, plans } = JSON.parse(readFileSync(file, 'utf8'));
    return { due, plans: plans.map((plan: unknown) => readPlan(JSON.stringify(plan))) };
  }

  keepAgenda(agenda: Agenda): void {
    writeFileSync(join(this.folder, 'agenda.json'), JSON.stringify(agenda));
  }

  /** Results so far; a line that was cut off by the end of the harness counts as none. */
  results(): readonly Result[] {
    const file = join(this.folder, 'results.jsonl');
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8').split('\n').flatMap(resultOf);
  }

  /** Appends a result; a failing plan becomes a file, its operator's log another. */
  note({ plan, problems, failedIn, seconds, spoken, log }: Outcome): void {
    const passed = problems.length === 0;
    const line = { name: plan.name, passed, shots: plan.shots.length, seconds, spoken, failedIn, problems };
    appendFileSync(join(this.folder, 'results.jsonl'), `${JSON.stringify(line)}\n`);
    if (passed) return;
    writeFileSync(this.failed(plan), `${JSON.stringify(plan, undefined, 1)}\n`);
    writeFileSync(join(this.folder, 'failed', `${plan.name}.log`), log);
  }

  /** Where the file of a failed plan is. */
  failed({ name }: Plan): string {
    return join(this.folder, 'failed', `${name}.json`);
  }
}

function resultOf(line: string): readonly Result[] {
  try {
    return line === '' ? [] : [JSON.parse(line)];
  } catch {
    return [];
  }
}
