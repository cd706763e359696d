// Cases by seed and number: a right object of one of the four kinds, and up to three things done to it. Half of them are
// sent to be created; the others as what becomes of an object that is there, which is where rules about transitions speak.
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { KINDS, type KindName } from '../../../src/crds/index.ts';
import { type Structural, structuralSchema } from '../../../src/crds/structural.ts';
import type { Loose } from '../../support/api-proxy.ts';
import { type Dice, type Mutation, mutate } from './mutate.ts';
import { plainOf, validObject } from './valid.ts';

/** One object to send. */
export interface Case {
  readonly index: number;
  readonly kind: KindName;
  readonly way: 'create' | 'update';
  readonly object: Loose;
  /** None: the object is right by itself. */
  readonly mutations: readonly Mutation[];
}

/** The structural schema of each kind's spec. */
export const SCHEMAS = new Map<string, Structural>(
  KINDS.map(({ kind, spec }) => [kind, structuralSchema(spec, 'spec')]),
);

const nat = fc.nat(0xff_ffff);
const dice: fc.Arbitrary<Dice> = fc.tuple(nat, nat, nat);

/** Zones and environments have the most to say. */
const kinds = fc.constantFrom<KindName>(
  'FinanceCloudEnvironment',
  'FinanceCloudEnvironment',
  'FinanceCloudEnvironment',
  'SecurityZone',
  'SecurityZone',
  'BastionPool',
  'BastionPool',
  'FinanceCloudAccount',
);

const plan = fc.tuple(kinds, fc.constantFrom('create', 'update')).chain(([kind, way]) =>
  fc.record({
    kind: fc.constant(kind),
    way: fc.constant(way),
    // An update that replaces everything says little: most begin with what is there.
    object: way === 'update' ? fc.oneof(plainOf(kind), plainOf(kind), validObject(kind)) : validObject(kind),
    dice: fc.oneof(
      { weight: 1, arbitrary: fc.constant<readonly Dice[]>([]) },
      { weight: 3, arbitrary: fc.array(dice, { minLength: 1, maxLength: 1 }) },
      { weight: 1, arbitrary: fc.array(dice, { minLength: 2, maxLength: 3 }) },
    ),
  }),
);

/** The first `count` cases of a seed; a case depends on seed and number alone. */
export function casesOf(seed: number, count: number): readonly Case[] {
  const block = 500;
  const blocks = Array.from({ length: Math.ceil(count / block) }, (_, n) =>
    fc.sample(plan, { seed: seed * 100_003 + n, numRuns: block }),
  );
  return blocks
    .flat()
    .slice(0, count)
    .map(({ kind, way, object, dice }, index) => {
      const mutations: Mutation[] = [];
      let bent: Loose = object;
      for (const one of dice) {
        const done = mutate(bent, SCHEMAS.get(kind) ?? {}, one);
        bent = done.object;
        mutations.push(done.mutation);
      }
      return { index, kind, way, object: bent, mutations };
    });
}

/** A case in one line. */
export const described = ({ index, kind, way, mutations }: Case): string =>
  `#${index} ${way} ${kind}: ${mutations.map(({ path, what }) => `${dotted(path)} ${what}`).join('; ') || 'as it should be'}`;

/** A case as a YAML document that `--case` takes. */
export const written = (one: Case): string => `# ${described(one).replaceAll(/\s/g, ' ')}\n${stringify(one)}`;

/** A path as the API server writes it: `spec.modules[0].name`. */
export const dotted = (path: Mutation['path']): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');
