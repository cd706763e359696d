// Renders docs/reference: the fields of every kind, and every reason with its next step.
import { crdName } from '../src/crds/crd.ts';
import { KINDS, type KindDefinition } from '../src/crds/kinds.ts';
import { API_VERSION } from '../src/crds/names.ts';
import { REASON_GROUPS, type ReasonText } from '../src/crds/reasons.ts';
import { type Structural, structuralSchema } from '../src/crds/structural.ts';
import { PAGE_HEADER, cell, code } from './markdown.ts';

const range = (low: number | undefined, high: number | undefined, unit: string): readonly string[] => {
  if (low === undefined && high === undefined) return [];
  if (high === undefined) return [`at least ${low ?? 0}${unit}`];
  return low === undefined || low === 0 ? [`at most ${high}${unit}`] : [`${low} to ${high}${unit}`];
};

const limitsOf = (schema: Structural): string => {
  const values = (schema.enum ?? []).map((value) => code(String(value))).join(', ');
  return [
    ...(values === '' ? [] : [values]),
    ...range(schema.minimum, schema.maximum, ''),
    ...range(schema.minLength, schema.maxLength, ' characters'),
    ...range(schema.minItems, schema.maxItems, ' entries'),
    ...(schema.pattern === undefined ? [] : [code(schema.pattern)]),
  ].join('; ');
};

const typeOf = (schema: Structural): string => {
  if (schema.type !== 'array') return schema.format ?? schema.type ?? '';
  const keys = schema['x-kubernetes-list-map-keys'];
  const merged = keys === undefined ? schema['x-kubernetes-list-type'] : `by ${keys.join(', ')}`;
  return `list of ${schema.items === undefined ? '' : typeOf(schema.items)} (${merged ?? 'atomic'})`;
};

const row = (path: string, schema: Structural, required: boolean): string => {
  const fallback = schema.default === undefined ? '' : code(JSON.stringify(schema.default));
  const need = required ? 'required' : fallback;
  return `| ${code(path)} | ${typeOf(schema)} | ${need} | ${limitsOf(schema)} | ${cell(schema.description ?? '')} |`;
};

type Visit = (path: string, schema: Structural, required: boolean) => readonly string[];

const walk = (schema: Structural, path: string, visit: Visit): readonly string[] => {
  if (schema.items !== undefined) return walk(schema.items, `${path}[]`, visit);
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const below = `${path}.${name}`;
    const required = schema.required?.includes(name) === true;
    return [...visit(below, child, required), ...walk(child, below, visit)];
  });
};

const rulesOf = (path: string, schema: Structural): readonly string[] =>
  [...(schema['x-kubernetes-validations'] ?? []), ...(schema.items?.['x-kubernetes-validations'] ?? [])].map(
    (rule) => `- ${code(path)}: ${rule.message}.`,
  );

const TABLE = '| field | type | default | limits | meaning |\n|---|---|---|---|---|';

const section = (kind: KindDefinition): string => {
  const spec = structuralSchema(kind.spec, 'spec');
  const status = structuralSchema(kind.status, 'status');
  const rules = [...rulesOf('spec', spec), ...walk(spec, 'spec', (path, schema) => rulesOf(path, schema))];
  const scope = kind.scope === 'Cluster' ? 'cluster-scoped' : 'namespaced';
  return [
    `## ${kind.kind}`,
    `${kind.description} ${API_VERSION}, ${scope}, short name ${code(kind.shortName)}, CRD ${code(crdName(kind))}.`,
    '### spec',
    `${TABLE}\n${walk(spec, 'spec', (path, schema, required) => [row(path, schema, required)]).join('\n')}`,
    '### Refused at apply',
    rules.join('\n'),
    '### status',
    `${TABLE}\n${walk(status, 'status', (path, schema, required) => [row(path, schema, required)]).join('\n')}`,
  ].join('\n\n');
};

/** docs/reference/crds.md */
export const crdsPage = (): string =>
  [
    `${PAGE_HEADER}# Kinds`,
    'References are by name within the same namespace. Rules between objects are in `config/crd/policies.yaml`.',
    ...KINDS.map(section),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');

const reasonRows = (group: Readonly<Record<string, ReasonText>>): string =>
  Object.entries(group)
    .map(([reason, text]) => `| ${code(reason)} | ${cell(text.meaning)} | ${cell(text.next)} |`)
    .join('\n');

/** docs/reference/reasons.md */
export const reasonsPage = (): string =>
  [
    `${PAGE_HEADER}# Reasons`,
    'Conditions, events and metrics use these words and no others.',
    ...Object.entries(REASON_GROUPS).map(
      ([title, group]) => `## ${title}\n\n| reason | what it means | what to do |\n|---|---|---|\n${reasonRows(group)}`,
    ),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
