// Liveness and readiness as Kubernetes asks for them: a line per check, so that a failing probe says why.
import type { Handler } from './http.ts';
import type { Check } from './manager-types.ts';

/** A named check. */
export interface NamedCheck {
  readonly name: string;
  readonly check: Check;
}

/** Answers 200 when all checks are well, else 503; the body has a line for each. */
export function probe(checks: readonly NamedCheck[]): Handler {
  return async () => {
    const results = checks.map(({ name, check }) => ({ name, trouble: ask(check) }));
    const well = results.every(({ trouble }) => trouble === undefined);
    const lines = results.map(({ name, trouble }) =>
      trouble === undefined ? `[+]${name} ok` : `[-]${name} failed: ${trouble}`,
    );
    return { status: well ? 200 : 503, body: `${[...lines, well ? 'ok' : 'failed'].join('\n')}\n` };
  };
}

function ask(check: Check): string | undefined {
  try {
    return check();
  } catch {
    return 'the check itself failed';
  }
}
