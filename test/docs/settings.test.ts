// The table in docs/settings.md is what src/settings.ts says. UPDATE_DOCS=1 writes it instead of comparing.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { flagOf, settingsSchema } from '../../src/settings.ts';

const PAGE = path.resolve(import.meta.dirname, '../../docs/settings.md');
const BLOCK = /(<!-- settings:.*-->\n)[\s\S]*(<!-- end of settings -->)/;

function table(): string {
  const rows = Object.entries(settingsSchema.shape).map(([name, schema]) => {
    const { data } = schema.safeParse(undefined);
    const fallback = data === undefined || data === '' ? '' : `\`${String(data)}\``;
    return `| \`${flagOf(name)}\` | ${fallback} | ${schema.description ?? ''} |`;
  });
  return ['| flag | default | meaning |', '|---|---|---|', ...rows, ''].join('\n');
}

describe('docs/settings.md', () => {
  it('says what the flags are', () => {
    const page = readFileSync(PAGE, 'utf8');
    assert.match(page, BLOCK);
    const wanted = page.replace(BLOCK, (_, start: string, end: string) => `${start}\n${table()}\n${end}`);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, wanted);
    else assert.equal(page, wanted, 'renew it: UPDATE_DOCS=1 mocha --spec test/docs/settings.test.ts');
  });
});
