// The published table, and what every registration owes.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { coverageOf } from './coverage.ts';
import { metadata } from './metadata/index.ts';
import { modules } from './services/index.ts';

describe('coverage', () => {
  it('the published table is what the services register', () => {
    assert.equal(readFileSync(join(import.meta.dirname, 'COVERAGE.md'), 'utf8'), coverageOf(modules));
  });

  for (const module of modules) {
    for (const [name, operation] of Object.entries(module.wire?.operations ?? {})) {
      it(`${module.name}:${name} is a real action, says what it lacks, and takes a token only where the API does`, () => {
        const meta = metadata[module.name];
        assert.ok(meta?.names.has(name), 'a real name');
        assert.ok(operation.coverage === 'full' || (operation.note ?? '') !== '', 'a note');
        const parameters = meta?.actions[name];
        if (parameters !== undefined)
          assert.equal(operation.token === true, 'ClientToken' in parameters, 'ClientToken');
      });
    }
  }
});
