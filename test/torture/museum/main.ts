// `make museum`: seeds every bug and shows that it is found, and by what; the operator as it is must pass the same.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startControlPlane } from '../../controlplane/control-plane.ts';
import { setStage } from '../stage.ts';
import type { Bug } from './bug.ts';
import { BUGS } from './bugs/index.ts';
import { ROOT } from './cut.ts';
import { type LifeBug, playLives } from './lives.ts';
import { type Finding, page, verdictOn } from './page.ts';
import { playHere, sceneProblems } from './scene.ts';

const USAGE = `usage: node test/torture/museum/main.ts [options]
  --bugs 2,11   only these bugs
  --lanes N     lives at once (default 4)
  --scene NAME  play this scene here, with the one bug that is named, if any
`;

const PAGE = join(ROOT, 'docs/reference/museum.md');

const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Options {
  readonly bugs: readonly Bug[];
  readonly all: boolean;
  readonly lanes: number;
  readonly scene: string | undefined;
}

function optionsOf(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { bugs: text, lanes: text, scene: text } });
  const ids = values.bugs?.split(',').map(Number);
  const unknown = ids?.find((id) => !BUGS.some((bug) => bug.id === id));
  if (unknown !== undefined) throw new Error(`--bugs: there is no bug ${unknown}`);
  const lanes = Number(values.lanes ?? 4);
  if (!Number.isInteger(lanes) || lanes < 1 || lanes > 16) throw new Error('--lanes takes a whole number from 1 to 16');
  const bugs = BUGS.filter(({ id }) => ids?.includes(id) ?? true);
  return { bugs, all: ids === undefined, lanes, scene: values.scene };
}

/** Scenes two at a time: each is a process of its own. */
async function scenes(bugs: readonly Bug[]): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const healthy = new Map<string, Promise<readonly string[]>>();
  for (const bug of bugs) {
    if (bug.exhibit.kind !== 'scene') continue;
    const { scene } = bug.exhibit;
    const asIs = healthy.get(scene) ?? sceneProblems(scene, undefined);
    healthy.set(scene, asIs);
    const [sound, sick] = await Promise.all([asIs, sceneProblems(scene, bug.id)]);
    findings.push(tell({ bug, sound, sick }));
  }
  return findings;
}

async function lives(bugs: readonly Bug[], lanes: number): Promise<readonly Finding[]> {
  const mine = bugs.filter((bug): bug is LifeBug => bug.exhibit.kind === 'life');
  if (mine.length === 0) return [];
  const plane = await startControlPlane({ say });
  try {
    const stage = await setStage(plane, lanes);
    try {
      const ends = await playLives(stage, mine, ({ plan, bug, outcome }) =>
        say(`      ${plan}${bug === undefined ? '' : ` with bug ${bug}`}: ${outcome.seconds.toFixed(0)} s`),
      );
      const problems = (plan: string, id: number | undefined): readonly string[] =>
        ends.find((end) => end.plan === plan && end.bug === id)?.outcome.problems ?? ['it was not played'];
      return mine.map((bug) => {
        const { plan } = bug.exhibit;
        return tell({ bug, sound: problems(plan, undefined), sick: problems(plan, bug.id) });
      });
    } finally {
      await stage.stop();
    }
  } finally {
    await plane.stop();
  }
}

function tell(finding: Finding): Finding {
  const { bug, sound, sick } = finding;
  const verdict = verdictOn(finding);
  say(
    `${String(bug.id).padStart(4)} ${bug.name}: ${verdict.kind === 'found' ? `found: ${verdict.words}` : verdict.why}`,
  );
  if (verdict.kind === 'missed') {
    for (const problem of sound) say(`       as it is: ${problem}`);
    for (const problem of sick) say(`       with it:  ${problem}`);
  }
  return finding;
}

async function main({ bugs, all, lanes, scene }: Options): Promise<number> {
  if (scene !== undefined) {
    say(JSON.stringify(await playHere(scene, all ? [] : bugs.flatMap(({ cuts }) => cuts))));
    return 0;
  }
  const findings = [...(await scenes(bugs)), ...(await lives(bugs, lanes))];
  const found = findings.filter((finding) => verdictOn(finding).kind === 'found').length;
  say(`${found} of ${bugs.length} seeded bugs are found`);
  writeFileSync(PAGE, page(findings, existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : ''));
  return found < bugs.length ? 1 : 0;
}

/** The end by a signal: what was started is bound to this process and goes with it. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

let options: Options | undefined;
try {
  options = optionsOf(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`museum: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 2;
}
if (options !== undefined) {
  process.exitCode = await main(options).catch((error: unknown) => {
    process.stderr.write(`museum: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 1;
  });
  process.exit();
}
