// `make verify`: every check of the sources, one line each; stops at nothing, fails when one failed.
// --no-tests leaves the tests to the caller who has just run them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const bin = path.join(root, 'node_modules/.bin');
const environment = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` };

interface Outcome {
  readonly ok: boolean;
  readonly output: string;
}

interface Check {
  readonly name: string;
  readonly run: () => Outcome;
}

function command(program: string, ...args: readonly string[]): () => Outcome {
  return () => {
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      cwd: root,
      env: environment,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` };
  };
}

const folders = ['src', 'emulator', 'test', 'bench', 'scripts'].filter((folder) => existsSync(path.join(root, folder)));

/** A run that looked at no module proves nothing, so the report must name as many as there are folders at least. */
function importRules(): Outcome {
  const folder = mkdtempSync(path.join(tmpdir(), 'import-rules-'));
  try {
    const file = path.join(folder, 'report.json');
    const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', '--output-to', file, ...folders];
    const said = command('depcruise', ...args)();
    if (!existsSync(file)) return { ok: false, output: said.output };
    const report: CruiseReport = JSON.parse(readFileSync(file, 'utf8'));
    const { error, totalCruised, violations } = report.summary;
    const lines = violations.map(({ rule, from, to }) => `${rule.severity} ${rule.name}: ${from} -> ${to}`);
    if (totalCruised < folders.length) lines.push(`only ${totalCruised} modules were looked at`);
    return {
      ok: error === 0 && totalCruised >= folders.length,
      output: [...lines, `${totalCruised} modules`].join('\n'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface CruiseReport {
  readonly summary: {
    readonly error: number;
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly rule: { readonly severity: string; readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

function cleanTree(): Outcome {
  const said = command('git', 'status', '--porcelain')();
  return { ok: said.ok && said.output.trim() === '', output: said.output };
}

const tests: readonly Check[] = process.argv.includes('--no-tests')
  ? []
  : [
      {
        name: 'unit tests',
        run: command('mocha', '--ignore', 'test/e2e/**', '--ignore', 'test/torture/torture.test.ts'),
      },
    ];

const CHECKS: readonly Check[] = [
  { name: 'generated files', run: command('node', 'scripts/generate.ts', '--check') },
  { name: 'format', run: command('biome', 'format', '.') },
  { name: 'lint', run: command('oxlint', '--type-aware', '--deny-warnings', ...folders) },
  { name: 'import rules', run: importRules },
  { name: 'unused code', run: command('knip') },
  { name: 'types', run: command('tsc', '--noEmit', '-p', '.') },
  ...tests,
  { name: 'clean tree', run: cleanTree },
];

let failed = 0;
for (const { name, run } of CHECKS) {
  const began = performance.now();
  const { ok, output } = run();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(16)} ${seconds} s`);
  if (ok) continue;
  failed += 1;
  console.log(
    output
      .trimEnd()
      .split('\n')
      .slice(-60)
      .map((line) => `        ${line}`)
      .join('\n'),
  );
}
console.log(failed === 0 ? 'verified' : `${failed} of ${CHECKS.length} checks failed`);
process.exitCode = failed === 0 ? 0 : 1;
