// A zone is impaired when its servers stop together, or when starting or creating in it is refused again and again. While
// it is, nothing is moved into or out of it; it is back after it was healthy for a while. Deleted servers never impair.
import { formatTime } from '../../kernel/timestamp.ts';
import type { ZoneState } from '../kind.ts';
import type { LiveServer } from '../parts/fleet.ts';

/** What one zone is judged from. `healthySince` is this process's own memory: a restart starts the wait anew. */
export interface ZoneFacts {
  readonly name: string;
  readonly before: ZoneState | undefined;
  readonly servers: readonly LiveServer[];
  readonly refusals: number;
  readonly healthySince: number | undefined;
  readonly now: number;
  readonly returnMs: number;
}

const DOWN = new Set(['Stopped', 'Stopping']);
const REFUSALS = 2;

/** True while the zone shows the signs now. */
export function looksImpaired(facts: Pick<ZoneFacts, 'servers' | 'refusals'>): boolean {
  const seen = facts.servers.filter((server) => server.record !== undefined);
  const down = seen.filter((server) => DOWN.has(server.record?.state ?? ''));
  return (down.length >= 2 && down.length * 2 >= seen.length) || facts.refusals >= REFUSALS;
}

/** True when every server of the zone that can be seen runs and nothing is refused. */
export function looksHealthy(facts: Pick<ZoneFacts, 'servers' | 'refusals'>): boolean {
  return facts.refusals === 0 && facts.servers.every((server) => server.record?.state === 'Running');
}

/** The state after this visit; `since` moves only with the state. */
export function judgeZone(facts: ZoneFacts): ZoneState {
  const { name, before, now } = facts;
  const enter = (state: ZoneState['state']): ZoneState =>
    before?.state === state ? before : { name, state, since: formatTime(now) };
  if (looksImpaired(facts)) return enter('Impaired');
  if (before?.state !== 'Impaired') return enter('Normal');
  const healthyFor = facts.healthySince === undefined ? 0 : now - facts.healthySince;
  return looksHealthy(facts) && healthyFor >= facts.returnMs ? enter('Normal') : before;
}
