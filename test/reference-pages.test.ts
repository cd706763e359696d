// The generated reference pages say all that the code knows: every rule id, every metric, every environment variable.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ENVIRONMENT, allMetrics, settingsPage } from '../scripts/operator-pages.ts';
import { operatorSources } from '../scripts/rule-sources.ts';
import { ruleUses, rulesPage } from '../scripts/rules-page.ts';
import { flagOf, settingsSchema } from '../src/settings.ts';

const root = join(import.meta.dirname, '..');
const sources = operatorSources(root);

describe('reference pages', () => {
  it('name every rule id of the code, with the file that knows it', () => {
    const listed = new Set(ruleUses(sources).map(({ rule, file }) => `${rule} ${file}`));
    const known = sources.flatMap(({ file, text }) =>
      [...text.matchAll(/'([A-Z]{2,4}-[A-Z]?\d+)'/g)].map((match) => `${match[1] ?? ''} ${file}`),
    );
    assert.ok(known.length > 50, `only ${known.length} ids were found`);
    assert.deepEqual(
      known.filter((use) => !listed.has(use)),
      [],
    );
  });

  it('leave no cell of the rules empty or half read', () => {
    for (const { rule, does, file } of ruleUses(sources)) {
      assert.match(does, /^[A-Z`].{8,}\.$/, `${rule} in ${file}: ${does}`);
      assert.doesNotMatch(does, /\$\{|undefined|: \.|; or *\./, `${rule} in ${file}`);
    }
    for (const line of rulesPage(sources)
      .split('\n')
      .filter((row) => row.startsWith('| `')))
      assert.equal(line.replaceAll('\\|', '').split('|').length, 5, line);
  });

  it('define every metric of the sources once', () => {
    const defined = sources
      .filter(({ file }) => file !== 'src/kernel/meter.ts')
      .flatMap(({ text }) => [...text.matchAll(/defineMetric\(\{[^}]*?name: '(\w+)'/g)].map((match) => match[1]));
    const calls = sources
      .filter(({ file }) => file !== 'src/kernel/meter.ts')
      .flatMap(({ text }) => [...text.matchAll(/defineMetric\(\{/g)]);
    assert.equal(defined.length, calls.length, 'every definition was read');
    assert.equal(new Set(allMetrics.map(({ name }) => name)).size, allMetrics.length);
    assert.deepEqual(new Set(allMetrics.map(({ name }) => name)), new Set(defined));
  });

  it('name every flag, and every environment variable that is read', () => {
    const page = settingsPage();
    for (const name of Object.keys(settingsSchema.shape)) assert.ok(page.includes(`\`${flagOf(name)}\``), name);
    const main = readFileSync(join(root, 'src/main.ts'), 'utf8');
    const read = new Set([...main.matchAll(/process\.env\['(\w+)'\]/g)].map((match) => match[1] ?? ''));
    assert.deepEqual(Object.keys(ENVIRONMENT).toSorted(), [...read].toSorted());
  });
});
