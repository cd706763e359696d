// Bundles the two programs: dist/finance-cloud-operator.mjs (with its bundle beside it) and emulator/dist/main.js.
// The launcher turns V8's compile cache on before the bundle is loaded: a file cannot cache its own compilation.
// What is imported on demand only (the Kubernetes client's credential plugins) becomes a file of its own beside the bundle.
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, type BuildOptions } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');

const LAUNCHER = `// Turns the compile cache on, then starts the operator.
import { enableCompileCache } from 'node:module';
enableCompileCache?.();
await import('./operator.mjs');
`;

/** Some packages in the bundle are CommonJS and call require() for Node's own modules. */
const REQUIRE = `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);`;

const COMMON: BuildOptions = {
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node22.19',
  format: 'esm',
  minify: true,
  keepNames: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'external',
  logLevel: 'warning',
};

interface Program {
  readonly source: string;
  readonly folder: string;
  readonly name: string;
  readonly extension: '.mjs' | '.js';
}

const PROGRAMS: readonly Program[] = [
  { source: 'src/main.ts', folder: 'dist', name: 'operator', extension: '.mjs' },
  { source: 'emulator/main.ts', folder: 'emulator/dist', name: 'main', extension: '.js' },
];

async function bundle({ source, folder, name, extension }: Program): Promise<void> {
  const outdir = path.join(root, folder);
  rmSync(outdir, { recursive: true, force: true });
  await build({
    ...COMMON,
    entryPoints: [{ in: path.join(root, source), out: name }],
    outdir,
    outExtension: { '.js': extension },
    chunkNames: `${name}-[name]-[hash]`,
    banner: { js: REQUIRE },
  });
  for (const file of readdirSync(outdir).filter((each) => each.endsWith(extension))) {
    console.log(`${folder}/${file}  ${(statSync(path.join(outdir, file)).size / 1024 / 1024).toFixed(2)} MB`);
  }
}

for (const program of PROGRAMS) {
  if (!existsSync(path.join(root, program.source))) throw new Error(`${program.source} is missing`);
  await bundle(program);
}
writeFileSync(path.join(root, 'dist/finance-cloud-operator.mjs'), LAUNCHER);
