// The RAM policy in SECURITY.md allows every action that the operator calls: one that is missing would be met in production.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { calledActions } from '../../src/cloud/actions.ts';

interface Policy {
  readonly Statement: readonly { readonly Action: readonly string[] }[];
}

const matches = (pattern: string, action: string): boolean =>
  new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(action);

describe('SECURITY.md', () => {
  const page = readFileSync(path.resolve(import.meta.dirname, '../../SECURITY.md'), 'utf8');
  const policy: Policy = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '{}');
  const allowed = policy.Statement.flatMap((statement) => statement.Action);
  const called = calledActions.map((action) => action.replace('/', ':'));

  it('allows what is called', () => {
    const missing = called.filter((action) => !allowed.some((pattern) => matches(pattern, action)));
    assert.deepEqual(missing, []);
  });

  it('allows nothing that is not called', () => {
    const idle = allowed.filter((pattern) => !called.some((action) => matches(pattern, action)));
    assert.deepEqual(idle, []);
  });
});
