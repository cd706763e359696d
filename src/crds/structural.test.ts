// The generator's cases, and a linter's walk over every CRD that we ship.
import assert from 'node:assert/strict';
import { z } from 'zod';
import { crdOf } from './crd.ts';
import { KINDS } from './kinds.ts';
import { int32, listMap, listSet, rules, text } from './schema.ts';
import { type Structural, structuralSchema } from './structural.ts';

type Complaint = (schema: Structural, name: string, required: boolean) => boolean;

const KNOWN = new Set(
  `type description default enum format pattern minLength maxLength minimum maximum minItems maxItems items properties
  required x-kubernetes-list-type x-kubernetes-list-map-keys x-kubernetes-validations`.split(/\s+/),
);

const unkeyed = (schema: Structural): boolean => {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const properties = schema.items?.properties ?? {};
  return keys.length === 0 || keys.some((key) => properties[key] === undefined);
};

// Each is one rule of the API conventions; the table says which, so that a failure names it.
const COMPLAINTS: Readonly<Record<string, Complaint>> = {
  'has no type': (s) => s.type === undefined,
  'has a key that a CRD refuses': (s) => Object.keys(s).some((key) => !KNOWN.has(key)),
  'is a bool: an enum says more and can grow': (s) => s.type === 'boolean',
  'is an integer without format': (s) => s.type === 'integer' && s.format === undefined,
  'is a string without limit': (s) => s.type === 'string' && s.enum === undefined && s.maxLength === undefined,
  'is a list without limit': (s) => s.type === 'array' && s.maxItems === undefined,
  'is a list that does not say how it is merged': (s) =>
    s.type === 'array' && s['x-kubernetes-list-type'] === undefined,
  'is a map list whose key is not a field of its items': (s) => s['x-kubernetes-list-type'] === 'map' && unkeyed(s),
  'is a set of objects': (s) => s['x-kubernetes-list-type'] === 'set' && s.items?.type === 'object',
  'is required and has a default': (s, _, required) => required && s.default !== undefined,
  'is a phase': (_, name) => /phase$/i.test(name),
  'has timestamp in its name': (_, name) => /timestamp$/i.test(name),
  'is a reference by another name than ...Ref': (_, name) => /reference$/i.test(name),
  'is a duration without its unit': (_, name) => /(timeout|interval|duration|delay|period)$/i.test(name),
  'has no description': (s) => s.description === undefined || s.description === '',
};

const complaintsAbout = (schema: Structural, path: string): readonly string[] => {
  if (schema.items !== undefined) {
    const { items } = schema;
    const typed = items.type === 'string' && items.maxLength === undefined && items.enum === undefined;
    return [...(typed ? [`${path}[] is a string without limit`] : []), ...complaintsAbout(items, `${path}[]`)];
  }
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const required = schema.required?.includes(name) === true;
    const own = Object.entries(COMPLAINTS).flatMap(([text, holds]) =>
      holds(child, name, required) ? [`${path}.${name} ${text}`] : [],
    );
    return [...own, ...complaintsAbout(child, `${path}.${name}`)];
  });
};

const serverRules = (schema: Structural): readonly string[] => [
  ...(schema['x-kubernetes-validations'] ?? []).map((r) => r.rule),
  ...(schema.items === undefined ? [] : serverRules(schema.items)),
  ...Object.values(schema.properties ?? {}).flatMap(serverRules),
];

const patterns = (schema: Structural): readonly string[] => [
  ...(schema.pattern === undefined ? [] : [schema.pattern]),
  ...(schema.items === undefined ? [] : patterns(schema.items)),
  ...Object.values(schema.properties ?? {}).flatMap(patterns),
];

describe('CRDs', () => {
  for (const kind of KINDS) {
    const spec = structuralSchema(kind.spec, 'spec');
    const status = structuralSchema(kind.status, 'status');

    it(`${kind.kind} keeps the API conventions`, () => {
      const undescribed = complaintsAbout(status, 'status').filter((c) => !c.endsWith('has no description'));
      assert.deepEqual([...complaintsAbout(spec, 'spec'), ...undescribed], []);
    });

    it(`${kind.kind} holds no pattern that Go's regular expressions do not know`, () => {
      const strange = [...patterns(spec), ...patterns(status)].filter((p) => /\(\?[=!<]|\\[1-9]|\\u/.test(p));
      assert.deepEqual(strange, []);
    });

    it(`${kind.kind} has no rule on status: the operator must always be able to report`, () => {
      assert.deepEqual(serverRules(status), []);
    });

    it(`${kind.kind} is listed by category, with status as a subresource`, () => {
      const { spec: crd } = crdOf(kind);
      assert.deepEqual(crd.names.categories, ['financecloud']);
      assert.deepEqual(crd.names.shortNames, [kind.shortName]);
      assert.deepEqual(crd.versions[0]?.subresources, { status: {} });
    });
  }

  it('complains when there is something to complain about', () => {
    const bad: Structural = {
      type: 'object',
      properties: {
        phase: { type: 'string' },
        on: { type: 'boolean', default: true },
        timeout: { type: 'integer' },
        hosts: { type: 'array', items: { type: 'string' } },
        pairs: {
          type: 'array',
          maxItems: 2,
          items: { type: 'object', properties: {} },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
        },
      },
      required: ['on'],
    };
    const found = complaintsAbout(bad, 'spec').filter((c) => !c.endsWith('has no description'));
    assert.deepEqual(found, [
      'spec.phase is a string without limit',
      'spec.phase is a phase',
      'spec.on is a bool: an enum says more and can grow',
      'spec.on is required and has a default',
      'spec.timeout is an integer without format',
      'spec.timeout is a duration without its unit',
      'spec.hosts is a list without limit',
      'spec.hosts is a list that does not say how it is merged',
      'spec.hosts[] is a string without limit',
      'spec.pairs is a map list whose key is not a field of its items',
    ]);
  });
});

const tagged = (a: z.ZodType, b: z.ZodType) =>
  z.discriminatedUnion('type', [z.object({ type: z.literal('A'), f: a }), z.object({ type: z.literal('B'), f: b })]);

describe('structuralSchema', () => {
  const union = z.discriminatedUnion('type', [
    z.object({ type: z.literal('None') }),
    z.object({ type: z.literal('Port'), port: int32(1, 9), name: text(5).exactOptional() }),
    z.object({ type: z.literal('Name'), name: text(5).exactOptional() }),
  ]);

  it('turns a union into one object whose rules tell the variants apart', () => {
    const lowered = structuralSchema(union, 'x');
    assert.deepEqual(lowered.required, ['type']);
    assert.deepEqual(lowered.properties?.['type']?.enum, ['None', 'Port', 'Name']);
    assert.deepEqual(
      lowered['x-kubernetes-validations']?.map((r) => r.rule),
      [
        "!(self.type in ['Port']) || has(self.port)",
        "!has(self.port) || self.type in ['Port']",
        "!has(self.name) || self.type in ['Port', 'Name']",
      ],
    );
  });

  it('requires a field that every variant requires, without a rule', () => {
    const both = z.discriminatedUnion('type', [
      z.object({ type: z.literal('A'), n: int32(0, 1) }),
      z.object({ type: z.literal('B'), n: int32(0, 1) }),
    ]);
    const lowered = structuralSchema(both, 'x');
    assert.deepEqual(lowered.required, ['type', 'n']);
    assert.equal(lowered['x-kubernetes-validations'], undefined);
  });

  it('keeps defaults, merge behaviour and rules in order, and drops what JavaScript alone means', () => {
    const schema = z.object({
      list: listMap(z.object({ k: text(3), v: z.int().meta({ format: 'int64' }) }), ['k'], 4).default([]),
      set: rules(rules(listSet(text(3), 2), { rule: 'a', message: 'm' }), { rule: 'b', message: 'm' }),
      nested: z.object({ n: int32(1, 2).default(1) }).prefault({}),
    });
    const lowered = structuralSchema(schema, 'x');
    const { list, set, nested } = lowered.properties ?? {};
    const names = (set?.['x-kubernetes-validations'] ?? []).map((r) => r.rule);
    assert.deepEqual(lowered.required, ['set']);
    assert.deepEqual(list?.default, []);
    assert.deepEqual(list?.items?.properties?.['v'], { type: 'integer', format: 'int64' });
    assert.deepEqual(nested?.default, {});
    assert.deepEqual(names, ['a', 'b']);
  });

  const refused: readonly (readonly [string, z.ZodType, RegExp])[] = [
    [
      'a default that would appear in another variant',
      z.discriminatedUnion('type', [
        z.object({ type: z.literal('A'), f: int32(0, 1).default(0) }),
        z.object({ type: z.literal('B') }),
      ]),
      /x\.f: a default would appear/,
    ],
    ['a field that means two things', tagged(text(1), text(2)), /x\.f: means different things/],
    ['an untagged union', z.object({ f: z.union([text(1), int32(0, 1)]) }), /x\.f: anyOf cannot be said/],
    ['anything', z.object({ f: z.unknown() }), /x\.f: has no type/],
    ['null', z.object({ f: text(1).nullable() }), /x\.f: nullable cannot be said/],
    ['a number without format', z.object({ f: z.int() }), /x\.f: an integer needs format/],
    ['two patterns', z.object({ f: text(1).regex(/a/).regex(/b/) }), /x\.f: allOf cannot be said/],
    [
      'a record',
      z.object({ f: z.record(z.string(), z.string()) }),
      /x\.f: (propertyNames cannot|use a list of named objects)/,
    ],
  ];
  for (const [what, schema, says] of refused)
    it(`refuses ${what}`, () => {
      assert.throws(() => structuralSchema(schema, 'x'), says);
    });
});
