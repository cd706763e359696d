// Writes every generated file from the sources; with --check it writes nothing and fails when one is stale.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from './generated-files.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const current = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

const staleFiles = async (): Promise<readonly (readonly [string, string])[]> => {
  const files = await Promise.all(
    generatedFiles().map(async (file) => ((await current(join(root, file.path))) === file.content ? [] : [file])),
  );
  return files.flat().map((file) => [file.path, file.content] as const);
};

const stale = await staleFiles();
const check = process.argv.includes('--check');
for (const [path, content] of stale) {
  console.log(`${check ? 'stale' : 'wrote'} ${path}`);
  if (check) continue;
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}
if (check && stale.length > 0) {
  console.error('Run: node scripts/generate.ts');
  process.exitCode = 1;
}
