// Chooses where to kill: spread over what two undisturbed runs both did, positions in rotation. Pure.
import type { Position, Seen, Trigger } from './proxy.ts';

const POSITIONS: readonly Position[] = ['before', 'answer-lost', 'after'];

/** The last writes of a status that is written often depend on timing: a run may end without them. */
const OFTEN = 5;
const UNSURE = 2;

/** Writes that every run made, in the order of the first: a point that may not come is no point. */
export function common(runs: readonly (readonly Seen[])[]): readonly Seen[] {
  const [first = [], ...others] = runs;
  const key = ({ channel, signature }: Seen): string => `${channel} ${signature}`;
  const least = (of: Seen): number =>
    Math.min(...runs.map((run) => run.filter((seen) => key(seen) === key(of)).length));
  return first.filter((seen) => {
    const sure = least(seen) >= OFTEN ? least(seen) - UNSURE : least(seen);
    return others.length > 0 && seen.nth <= sure;
  });
}

/** `count` points over the given writes, evenly spread; every position occurs as often as the others, and with few writes every write gets several. */
export function choose(writes: readonly Seen[], count: number): readonly Trigger[] {
  const all = writes.flatMap((seen) => POSITIONS.map((position) => ({ ...seen, position })));
  if (all.length <= count) return all;
  const chosen = new Map<string, Trigger>();
  for (let n = 0; chosen.size < count; n += 1) {
    const write = writes[Math.floor((n * writes.length) / count) % writes.length];
    const position = POSITIONS[(n + Math.floor(n / count)) % POSITIONS.length];
    if (write === undefined || position === undefined) break;
    chosen.set(`${write.channel} ${write.signature} ${write.nth} ${position}`, { ...write, position });
    if (n > count * POSITIONS.length * 4) break;
  }
  return [...chosen.values()];
}
