// A rule is one file, one row in its folder's list: what lies in the folder and what is judged must be the same.
import { readdirSync } from 'node:fs';

/** Names of the rules in a folder, as their files are called: `no-bastion`. */
export function ruleFiles(folder: URL): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'index.ts')
    .map((name) => name.replace('.ts', ''))
    .toSorted();
}

/** The export of a rule's file: `noBastion`. */
export function ruleName(file: string): string {
  return file.replaceAll(/-(.)/g, (_match, letter: string) => letter.toUpperCase());
}

/** The rules that the files of a folder export under their own names. */
export async function exportedRules(folder: URL): Promise<readonly unknown[]> {
  return Promise.all(
    ruleFiles(folder).map(async (file) => {
      const module: Readonly<Record<string, unknown>> = await import(new URL(`${file}.ts`, folder).href);
      const rule = module[ruleName(file)];
      if (rule === undefined) throw new Error(`${file}.ts does not export ${ruleName(file)}`);
      return rule;
    }),
  );
}
