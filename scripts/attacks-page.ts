// Renders docs/reference/attacks.md from the attempts that the tests make.
import { ROWS } from '../test/torture/attacks/registry.ts';
import { cell, page, table } from './markdown.ts';

const INTRO = `A tenant may write environments, zones and pools in **one** namespace, by the roles of \`config/rbac/people.yaml\`, and nothing
else. Another tenant shares the cloud account with it, and has an account of its own beside. This page lists what the first one
tries in order to reach the second, the operator, or what belongs to administrators, and what stands against it. Every line is a test
on a real API server with the operator as it is shipped and a rehearsed cloud (\`test/torture/attacks\`).`;

const JUDGED = `In the end, over all of it: no mutating call of the operator, committed or not, names anything of the other tenant; what the other
tenant has stands as it stood; and every secret is a marker that is searched for in all versions of all stored objects, in the log,
the metrics, and the cloud's ledger.`;

/** docs/reference/attacks.md */
export const attacksPage = (): string =>
  page('What a tenant cannot do to others', [
    INTRO,
    ...ROWS.flatMap(({ title, attempts }) => [
      `## ${title}`,
      table(
        ['id', 'sent', 'defence', 'judged by'],
        attempts.map(({ id, sends, defence, judged }) => [id, cell(sends), cell(defence), cell(judged)]),
      ),
    ]),
    JUDGED,
  ]);
