// Where faults can be put: writes that every undisturbed life made, each named by something that it says. Pure.
import type { Seen } from './gate.ts';
import type { At, Phase } from './plan.ts';

/** Facts that say what was made come before those that say how things look. */
const RANKS: readonly RegExp[] = [/ (intents|resources|replacements)\+| metadata| add | remove /, /^[A-Z]/, / /];
const rankOf = (fact: string): number => RANKS.findIndex((rank) => rank.test(fact));

/** The points of a phase: one for each write of the first life whose fact all lives have, in their order. */
export function pointsOf(lives: readonly (readonly Seen[])[], phase: Phase): readonly At[] {
  const [first = [], ...others] = lives.map((seen) => seen.filter((item) => item.phase === phase));
  const counts = others.map(countsOf);
  const so = new Map<string, number>();
  return first.flatMap(({ channel, facts }) => {
    const named = facts.map((fact): At => {
      const key = `${channel} ${fact}`;
      const nth = (so.get(key) ?? 0) + 1;
      so.set(key, nth);
      return { channel, fact, nth };
    });
    const sure = named.filter(
      ({ fact, nth }) =>
        !fact.endsWith(' other') &&
        !isChance(fact, nth) &&
        counts.every((count) => (count.get(`${channel} ${fact}`) ?? 0) >= nth),
    );
    const [best] = sure.toSorted((a, b) => rankOf(a.fact) - rankOf(b.fact));
    return best === undefined ? [] : [best];
  });
}

/** How often a condition changes to and fro depends on how busy the machine is. */
const isChance = (fact: string, nth: number): boolean => / (conditions|drift|zones)[+-]/.test(fact) && nth > 1;

function countsOf(seen: readonly Seen[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { channel, facts } of seen)
    for (const fact of facts) counts.set(`${channel} ${fact}`, (counts.get(`${channel} ${fact}`) ?? 0) + 1);
  return counts;
}

/** `count` of the given, evenly spread; all when there are no more. */
export function spread<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)]).filter(
    (item): item is T => item !== undefined,
  );
}
