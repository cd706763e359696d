// Makes a failing case small: what can be left out of its spec without the complaint going away is left out.
import type { Case } from './cases.ts';
import { pathsIn, without } from './mutate.ts';

/** The smallest case found in `tries` that still fails, and how often it was tried. */
export async function shrunk(one: Case, fails: (one: Case) => Promise<boolean>, tries: number): Promise<Case> {
  let small = one;
  let left = tries;
  // Long paths come last, so that whole branches go before their leaves.
  let places = placesOf(small);
  while (places.length > 0 && left > 0) {
    const [place = [], ...rest] = places;
    const next: Case = { ...small, object: without(small.object, place) };
    left -= 1;
    if (await fails(next)) {
      small = next;
      places = placesOf(small).filter((path) => path.length >= place.length);
    } else places = rest;
  }
  return small;
}

const placesOf = ({ object }: Case) =>
  pathsIn(object)
    .filter(([root, ...rest]) => root === 'spec' && rest.length > 0)
    .toSorted((a, b) => a.length - b.length);
