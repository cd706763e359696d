// Every bug of the museum can still be seeded: each text is found exactly once, and one seeded operator is bundled.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from 'esbuild';
import { bundleOperator } from '../operator.ts';
import { ABSENT, BUGS } from './bugs/index.ts';
import { ROOT, cutTexts, seeded } from './cut.ts';
import { planOf } from './lives.ts';
import { verdictOn } from './page.ts';
import { SCENES } from './scenes/index.ts';

describe('museum: seeded bugs', () => {
  it('there are thirty, each under its number', () => {
    const ids = [...BUGS, ...ABSENT].map(({ id }) => id).toSorted((a, b) => a - b);
    assert.deepEqual(
      ids,
      Array.from({ length: 30 }, (_, index) => index + 1),
    );
  });

  for (const { id, name, cuts, exhibit } of BUGS)
    it(`${id} ${name}: can be seeded, and what must find it is there`, async () => {
      assert.ok(cuts.length > 0);
      for (const [path, text] of cutTexts(cuts)) if (path.endsWith('.ts')) await transform(text, { loader: 'ts' });
      if (exhibit.kind === 'life') assert.equal(planOf(exhibit.plan).name, exhibit.plan);
      else assert.ok(SCENES[exhibit.scene] !== undefined);
    });

  it('a text that is not found, or twice, is an error', () => {
    const cut = { file: 'src/main.ts', put: '' };
    assert.throws(() => cutTexts([{ ...cut, find: 'nowhere in this file' }]), /found 0 times/);
    assert.throws(() => cutTexts([{ ...cut, find: 'const ' }]), /found \d+ times/);
  });

  it('a seeded operator is bundled, and the bug is in it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'museum-'));
    try {
      const cuts = [{ file: 'src/main.ts', find: "'finance-cloud-operator'", put: "'seeded-operator'" }];
      const program = await bundleOperator(folder, { name: 'seeded', plugins: [seeded(cuts)] });
      assert.match(readFileSync(program, 'utf8'), /seeded-operator/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('the page names every bug', () => {
    const page = join(ROOT, 'docs/reference/museum.md');
    assert.ok(existsSync(page), 'make museum writes it');
    const text = readFileSync(page, 'utf8');
    for (const { id, name } of [...BUGS, ...ABSENT]) assert.ok(text.includes(`| ${id} | ${name} |`), `${id} ${name}`);
  });
});

describe('museum: what counts as found', () => {
  const [bug] = BUGS.filter(({ id }) => id === 10);
  const leaked = 'loadbalancer lb-1 still lives';
  const cases: readonly {
    readonly why: string;
    readonly sound: readonly string[];
    readonly sick: readonly string[];
    readonly found: boolean;
  }[] = [
    { why: 'the expected problem with the bug alone', sound: [], sick: [leaked], found: true },
    { why: 'the operator as it is has the problem too', sound: [leaked], sick: [leaked], found: false },
    { why: 'no problem', sound: [], sick: [], found: false },
    { why: 'another problem: it may just have crashed', sound: [], sick: ['one ended by itself'], found: false },
    {
      why: 'beside a problem that means another reason',
      sound: [],
      sick: [leaked, 'FinanceCloudEnvironment bank is still there'],
      found: false,
    },
  ];
  for (const { why, sound, sick, found } of cases)
    it(why, () => {
      assert.ok(bug !== undefined);
      assert.equal(verdictOn({ bug, sound, sick }).kind === 'found', found);
    });
});
