// What the pages promise exists: links, targets of make, files of the usual changes. No page names a place of one machine.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PAGES = globSync(['*.md', 'docs/**/*.md', 'emulator/*.md', 'test/controlplane/*.md'], { cwd: ROOT }).toSorted();

const read = (page: string): string => readFileSync(path.join(ROOT, page), 'utf8');
const withoutCode = (text: string): string => text.replaceAll(/```[\s\S]*?```/g, '').replaceAll(/`[^`\n]*`/g, '');

/** Anchors of a page's headings, as the usual renderers make them. */
function anchors(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function deadLinks(page: string): readonly string[] {
  const links = [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : path.join(path.dirname(page), file);
      if (!existsSync(path.join(ROOT, target))) return true;
      return anchor !== undefined && !anchors(read(target)).includes(anchor);
    });
}

/** `make X` in code, by line or in backticks. */
function makeTargets(page: string): readonly string[] {
  const code = [...read(page).matchAll(/```[\s\S]*?```|`[^`\n]+`/g)].map(([text]) => text).join('\n');
  return [...code.matchAll(/(?:^|[`\n])make +([^#`\n]*)/g)]
    .flatMap(([, words = '']) => words.trim().split(/\s+/))
    .filter((word) => /^[a-z]/.test(word));
}

// Built from parts, so that this file does not name them.
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.-])\/(?:work|home|root|Users)\//, 'a path of one machine'],
  [new RegExp(['registry', 'npmjs'].join('\\.')), 'the host of a package registry'],
  [new RegExp(['proxy', 'golang'].join('\\.')), 'the host of a module proxy'],
];

describe('pages', () => {
  it('are found', () => assert.ok(PAGES.includes('README.md') && PAGES.includes('docs/adr/README.md')));

  for (const page of PAGES) {
    it(`${page}: links lead somewhere`, () => assert.deepEqual(deadLinks(page), []));

    it(`${page}: names targets that make has`, () => {
      const known = new Set([...read('Makefile').matchAll(/^([a-z-]+):/gm)].map(([, target]) => target));
      assert.deepEqual(
        makeTargets(page).filter((target) => !known.has(target)),
        [],
      );
    });

    it(`${page}: names no place that a stranger lacks`, () => {
      const found = FORBIDDEN.filter(([pattern]) => pattern.test(read(page))).map(([, what]) => what);
      assert.deepEqual(found, []);
    });
  }

  for (const page of ['CONTRIBUTING.md', 'ARCHITECTURE.md', 'SECURITY.md'])
    it(`${page}: names files that exist`, () => {
      const named = [...read(page).matchAll(/`((?:src|emulator|test|config|scripts|docs)\/[\w./-]*)`/g)];
      assert.ok(named.length > 0);
      assert.deepEqual(
        named.map(([, file = '']) => file).filter((file) => !existsSync(path.join(ROOT, file))),
        [],
      );
    });

  it('docs/adr/README.md lists every decision', () => {
    const files = globSync('docs/adr/[0-9]*.md', { cwd: ROOT }).map((file) => path.basename(file));
    const index = read('docs/adr/README.md');
    assert.deepEqual(
      files.filter((file) => !index.includes(`](${file})`)),
      [],
    );
  });
});
