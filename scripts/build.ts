// Bundles the two programs: dist/finance-cloud-operator.mjs (with its bundle beside it) and emulator/dist/main.js.
// The launcher turns V8's compile cache on before the bundle is loaded: a file cannot cache its own compilation.
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
  readonly bundle: string;
  readonly options: BuildOptions;
}

const PROGRAMS: readonly Program[] = [
  { source: 'src/main.ts', bundle: 'dist/operator.mjs', options: { banner: { js: REQUIRE } } },
  { source: 'emulator/main.ts', bundle: 'emulator/dist/main.js', options: {} },
];

async function bundle({ source, bundle: target, options }: Program): Promise<void> {
  const outfile = path.join(root, target);
  rmSync(path.dirname(outfile), { recursive: true, force: true });
  await build({ ...COMMON, ...options, entryPoints: [path.join(root, source)], outfile });
  console.log(`${target}  ${(statSync(outfile).size / 1024 / 1024).toFixed(2)} MB`);
}

for (const program of PROGRAMS) {
  if (!existsSync(path.join(root, program.source))) throw new Error(`${program.source} is missing`);
  await bundle(program);
}
mkdirSync(path.join(root, 'dist'), { recursive: true });
writeFileSync(path.join(root, 'dist/finance-cloud-operator.mjs'), LAUNCHER);
