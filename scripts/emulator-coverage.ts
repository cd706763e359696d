// Writes emulator/COVERAGE.md from what the services register: implemented, partial, and known but not implemented.
// node scripts/emulator-coverage.ts [--check]

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { coverageOf } from '../emulator/coverage.ts';
import { modules } from '../emulator/services/index.ts';

const path = join(import.meta.dirname, '..', 'emulator', 'COVERAGE.md');
const text = coverageOf(modules);
if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text) {
  process.stderr.write('emulator/COVERAGE.md is not what the services register: node scripts/emulator-coverage.ts\n');
  process.exitCode = 1;
}
