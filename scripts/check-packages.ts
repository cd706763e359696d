// Checks of what is shipped: the bundle starts, the emulator's package runs where it is unpacked, the Dockerfile keeps its promises.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const BUNDLE_LIMIT_MB = 3;

interface Check {
  readonly name: string;
  /** What is wrong; empty when nothing is. */
  readonly run: () => readonly string[];
}

function start(
  program: string,
  args: readonly string[],
  cwd = root,
): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: 60_000 });
  return { code: status, output: `${stdout ?? ''}${stderr ?? ''}` };
}

function helps(program: string, cwd: string, mentions: RegExp): readonly string[] {
  const { code, output } = start(process.execPath, [program, '--help'], cwd);
  if (code !== 0) return [`${program} --help ended with ${code}: ${output.slice(0, 500)}`];
  return mentions.test(output) ? [] : [`${program} --help does not mention ${mentions.source}`];
}

function bundle(): readonly string[] {
  const file = path.join(root, 'dist/operator.mjs');
  if (!existsSync(file)) return ['dist/operator.mjs is missing: make build'];
  const size = loadedAtStart('operator.mjs') / 1024 / 1024;
  const large =
    size > BUNDLE_LIMIT_MB ? [`a start loads ${size.toFixed(2)} MB, at most ${BUNDLE_LIMIT_MB} are allowed`] : [];
  const folder = mkdtempSync(path.join(tmpdir(), 'bundle-'));
  try {
    // Away from node_modules: what the bundle does not hold it cannot find.
    for (const name of readdirSync(path.join(root, 'dist'))) start('cp', [path.join(root, 'dist', name), folder]);
    return [...large, ...helps(path.join(folder, 'finance-cloud-operator.mjs'), folder, /--sweep-seconds/)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bytes of a file of the bundle and of everything it imports by a statement; what is imported on demand does not count. */
function loadedAtStart(name: string, seen = new Set<string>()): number {
  if (seen.has(name)) return 0;
  seen.add(name);
  const text = readFileSync(path.join(root, 'dist', name), 'utf8');
  const imports = [...text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)].map((match) => match[1] ?? '');
  return imports.reduce((sum, each) => sum + loadedAtStart(each, seen), text.length);
}

function emulatorPackage(): readonly string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'package-'));
  try {
    const packed = start('npm', ['pack', '--workspace', 'emulator', '--pack-destination', folder]);
    const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    if (packed.code !== 0 || archive === undefined)
      return [`npm pack ended with ${packed.code}: ${packed.output.slice(-500)}`];
    start('tar', ['-xzf', archive], folder);
    const unpacked = path.join(folder, 'package');
    const sources = existsSync(path.join(unpacked, 'dist/main.js')) ? [] : ['the package lacks dist/main.js'];
    return [...sources, ...helps(path.join(unpacked, 'bin/finance-cloud-emulator.js'), unpacked, /--guest-shell/)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function dockerfile(): readonly string[] {
  const file = path.join(root, 'Dockerfile');
  if (!existsSync(file)) return ['there is no Dockerfile'];
  const text = readFileSync(file, 'utf8');
  const froms = [...text.matchAll(/^FROM\s+(\S+)/gm)].map((match) => match[1] ?? '');
  const untagged = froms.filter((image) => image.endsWith(':latest') || (!/[:@]/.test(image) && image.includes('/')));
  return [
    ...(froms.length < 2 ? ['it has one stage: build tools would be shipped'] : []),
    ...untagged.map((image) => `${image} has no version`),
    ...(/^USER\s+(?!0|root)\S+/m.test(text) ? [] : ['it runs as root']),
    ...(text.includes('finance-cloud-operator.mjs') ? [] : ['it does not start the bundle']),
    ...(text.includes('--max-old-space-size') ? [] : ['it lacks the memory limits of V8']),
  ];
}

const CHECKS: readonly Check[] = [
  { name: 'operator bundle', run: bundle },
  { name: 'emulator package', run: emulatorPackage },
  { name: 'Dockerfile', run: dockerfile },
];

let wrong = 0;
for (const { name, run } of CHECKS) {
  const complaints = run();
  wrong += complaints.length;
  console.log(`${complaints.length === 0 ? 'ok    ' : 'FAILED'}  ${name}`);
  for (const complaint of complaints) console.log(`        ${complaint}`);
}
process.exitCode = wrong === 0 ? 0 : 1;
