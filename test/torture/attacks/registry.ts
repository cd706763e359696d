// Every attempt, by kind of attack.
import type { Row } from './attempt.ts';
import { accounts } from './rows/accounts.ts';
import { adoption } from './rows/adoption.ts';
import { cost } from './rows/cost.ts';
import { odd } from './rows/odd.ts';
import { references } from './rows/references.ts';
import { secrets } from './rows/secrets.ts';
import { status } from './rows/status.ts';
import { forgedTags } from './rows/tags.ts';
import { traps } from './rows/traps.ts';

/** All rows, in the order of the page. */
export const ROWS: readonly Row[] = [references, adoption, forgedTags, accounts, status, cost, traps, odd, secrets];
