// What a process holds on to: memory after a collection, the slope of a series, and what would keep it alive.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventually } from '../../support/eventually.ts';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Bytes of JavaScript objects that are still reachable. */
export function reachableBytes(): number {
  // What finalizers let go of is only free after the next collection.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** One look at the memory: virtual hours, and bytes. */
export interface Look {
  readonly hours: number;
  readonly bytes: number;
}

/**
 * Growth in KB for each virtual hour: the median of the slopes between all pairs of looks (Theil and Sen), which a single
 * odd look cannot move.
 */
export function slopeKb(looks: readonly Look[]): number {
  const slopes = looks.flatMap((a, n) =>
    looks.slice(n + 1).map((b) => (b.bytes - a.bytes) / 1024 / (b.hours - a.hours)),
  );
  return slopes.toSorted((a, b) => a - b)[Math.floor(slopes.length / 2)] ?? 0;
}

/** How many sockets, servers and timers of each sort are open. */
export function openHandles(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const sort of process.getActiveResourcesInfo()) counts[sort] = (counts[sort] ?? 0) + 1;
  return counts;
}

/** Sorts of which more are open than before, once sockets that were closed have had their time to go. */
export async function leftOpen(before: Readonly<Record<string, number>>): Promise<readonly string[]> {
  const more = (): readonly string[] =>
    Object.entries(openHandles())
      .filter(([sort, count]) => count > (before[sort] ?? 0))
      .map(([sort, count]) => `${count - (before[sort] ?? 0)} ${sort}`);
  await eventually(() => more().length === 0, { what: 'sockets and servers are closed', timeoutMs: 10_000 }).catch(
    () => undefined,
  );
  return more();
}

/** Collects warnings of the process, such as those about too many listeners; `end` gives them. */
export function hearWarnings(): { readonly end: () => readonly string[] } {
  const heard: string[] = [];
  const hear = ({ name, message }: Error): void => void heard.push(`${name}: ${message}`);
  process.on('warning', hear);
  return {
    end: () => {
      process.off('warning', hear);
      return heard;
    },
  };
}
