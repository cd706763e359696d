// Makes <service>.json beside it: what validation needs, every known action's name, and the error texts that the code uses.
// node emulator/metadata/generate.ts <openmeta.json> <errors.tsv> [<service>=<SDK client file> ...]

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Schema {
  readonly type?: string;
  readonly required?: boolean;
  readonly minimum?: string;
  readonly maximum?: string;
  readonly maxItems?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}
interface Api {
  readonly parameters: readonly { readonly name: string; readonly style: string | null; readonly schema: Schema }[];
}
type Source = Readonly<Record<string, { readonly version: string; readonly apis: Readonly<Record<string, Api>> }>>;

/** Sub-parameters of list items and objects keep only what is checked. */
const compact = (schema: Schema): Record<string, unknown> => ({
  ...(schema.type === 'string' || schema.type === undefined ? {} : { t: schema.type }),
  ...(schema.required === true ? { r: 1 } : {}),
  ...(schema.minimum === undefined ? {} : { min: Number(schema.minimum) }),
  ...(schema.maximum === undefined ? {} : { max: Number(schema.maximum) }),
  ...(schema.maxItems === undefined ? {} : { n: schema.maxItems }),
  ...(schema.maxLength === undefined ? {} : { len: schema.maxLength }),
  ...(schema.enum === undefined ? {} : { e: schema.enum.map(String) }),
  ...(schema.items === undefined ? {} : { i: compact(schema.items) }),
  ...(schema.properties === undefined
    ? {}
    : { p: Object.fromEntries(Object.entries(schema.properties).map(([name, sub]) => [name, compact(sub)])) }),
});

const actionOf = (api: Api): Record<string, unknown> =>
  Object.fromEntries(
    api.parameters.map((parameter) => [
      parameter.name,
      { ...compact(parameter.schema), ...(parameter.style === 'json' ? { json: 1 } : {}) },
    ]),
  );

const sourcesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));

const usedCodes = (service: string): ReadonlySet<string> => {
  const folder = join(import.meta.dirname, '..', 'services', service);
  if (!existsSync(folder)) return new Set();
  return new Set(
    sourcesBelow(folder).flatMap((text) => [...text.matchAll(/'([A-Za-z][\w.]+)'/g)].map((hit) => hit[1] ?? '')),
  );
};

type Rows = readonly (readonly [string, string, string, string, string])[];

/** Code -> action (or `*`: the commonest of the service) -> [status, message]. */
const errorsOf = (service: string, rows: Rows): Record<string, Record<string, readonly [number, string]>> => {
  const used = usedCodes(service);
  const table: Record<string, Record<string, readonly [number, string]>> = {};
  const votes = new Map<string, number>();
  for (const [, action, status, code, message] of rows) {
    if (!used.has(code)) continue;
    const byAction = (table[code] ??= {});
    byAction[action] ??= [Number(status), message];
    const key = `${code}\t${status}\t${message}`;
    votes.set(key, (votes.get(key) ?? 0) + 1);
  }
  for (const [key] of [...votes].toSorted((a, b) => b[1] - a[1])) {
    const [code, status, message] = key.split('\t') as [string, string, string];
    const byAction = table[code];
    if (byAction !== undefined) byAction['*'] ??= [Number(status), message];
  }
  return thin(table);
};

/** Rows equal to the service-wide one are left out. */
const thin = (
  table: Record<string, Record<string, readonly [number, string]>>,
): Record<string, Record<string, readonly [number, string]>> =>
  Object.fromEntries(
    Object.entries(table).map(([code, byAction]) => {
      const common = JSON.stringify(byAction['*']);
      return [
        code,
        Object.fromEntries(
          Object.entries(byAction).filter(([action, row]) => action === '*' || JSON.stringify(row) !== common),
        ),
      ];
    }),
  );

const main = (): void => {
  const [metaPath, errorsPath, ...clients] = process.argv.slice(2);
  if (metaPath === undefined || errorsPath === undefined)
    throw new Error('usage: generate.ts <openmeta.json> <errors.tsv> [<service>=<client file> ...]');
  const source = JSON.parse(readFileSync(metaPath, 'utf8')) as Source;
  const rows = readFileSync(errorsPath, 'utf8')
    .split('\n')
    .map((line) => line.split('\t')) as unknown as Rows;
  const sdk = new Map(clients.map((entry) => entry.split('=') as [string, string]));
  for (const service of ['ecs', 'vpc', 'slb', 'sts']) {
    const meta = source[service];
    if (meta === undefined) throw new Error(`no ${service} in ${metaPath}`);
    const own = rows.filter(([name]) => name === service);
    const sdkText = sdk.has(service) ? readFileSync(sdk.get(service) ?? '', 'utf8') : '';
    const names = [
      ...Object.keys(meta.apis),
      ...own.map(([, action]) => action),
      ...[...sdkText.matchAll(/action: "(\w+)"/g)].map((hit) => hit[1] ?? ''),
    ];
    const actions = Object.fromEntries(Object.entries(meta.apis).map(([name, api]) => [name, actionOf(api)]));
    const out = {
      version: meta.version,
      names: [...new Set(names)].toSorted(),
      errors: errorsOf(service, own),
      actions,
    };
    writeFileSync(join(import.meta.dirname, `${service}.json`), `${JSON.stringify(out)}\n`);
  }
};

main();
