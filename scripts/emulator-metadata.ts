// Makes emulator/metadata/<service>.json: what validation needs, every known action's name, and the error texts that the code uses.
// node scripts/emulator-metadata.ts <openmeta.json> <errors.tsv> [<service>=<SDK client file> ...]

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const EMULATOR = join(import.meta.dirname, '..', 'emulator');

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

const present = (fields: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const numeric = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));

/** Sub-parameters of list items and objects keep only what is checked. */
const compact = (schema: Schema): Record<string, unknown> =>
  present({
    t: schema.type === 'string' ? undefined : schema.type,
    r: schema.required === true ? 1 : undefined,
    min: numeric(schema.minimum),
    max: numeric(schema.maximum),
    n: schema.maxItems,
    len: schema.maxLength,
    e: schema.enum?.map(String),
    i: schema.items === undefined ? undefined : compact(schema.items),
    p:
      schema.properties === undefined
        ? undefined
        : Object.fromEntries(Object.entries(schema.properties).map(([name, sub]) => [name, compact(sub)])),
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
  const folder = join(EMULATOR, 'services', service);
  if (!existsSync(folder)) return new Set();
  return new Set(
    sourcesBelow(folder).flatMap((text) => [...text.matchAll(/'([A-Za-z][\w.]+)'/g)].map((hit) => hit[1] ?? '')),
  );
};

type Rows = readonly (readonly [string, string, string, string, string])[];

type Errors = Record<string, Record<string, readonly [number, string]>>;

/** The commonest row of each code, as the one of `*`. */
const addCommon = (table: Errors, rows: Rows): void => {
  const votes = new Map<string, number>();
  for (const [, , ...row] of rows) votes.set(row.join('\t'), (votes.get(row.join('\t')) ?? 0) + 1);
  for (const [key] of [...votes].toSorted((a, b) => b[1] - a[1])) {
    const [status = '', code = '', message = ''] = key.split('\t');
    const byAction = table[code];
    if (byAction !== undefined) byAction['*'] ??= [Number(status), message];
  }
};

/** Code -> action (or `*`: the commonest of the service) -> [status, message]. */
const errorsOf = (service: string, rows: Rows): Errors => {
  const used = usedCodes(service);
  const table: Errors = {};
  for (const [, action, status, code, message] of rows) {
    if (!used.has(code)) continue;
    const byAction = (table[code] ??= {});
    byAction[action] ??= [Number(status), message];
  }
  addCommon(table, rows);
  return thin(table);
};

/** Rows equal to the service-wide one are left out. */
const thin = (table: Errors): Errors =>
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

const readRows = (path: string): Rows =>
  readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => {
      const [service = '', action = '', status = '', code = '', message = ''] = line.split('\t');
      return [service, action, status, code, message] as const;
    });

const readSource = (path: string): Source => JSON.parse(readFileSync(path, 'utf8'));

/** Action names in an SDK's client file. */
const namesInClient = (path: string | undefined): readonly string[] =>
  path === undefined ? [] : [...readFileSync(path, 'utf8').matchAll(/action: "(\w+)"/g)].map((hit) => hit[1] ?? '');

const main = (): void => {
  const [metaPath, errorsPath, ...clients] = process.argv.slice(2);
  if (metaPath === undefined || errorsPath === undefined) {
    throw new Error('usage: emulator-metadata.ts <openmeta.json> <errors.tsv> [<service>=<client file> ...]');
  }
  const source = readSource(metaPath);
  const rows = readRows(errorsPath);
  const sdk = new Map(clients.map((entry) => [entry.split('=')[0] ?? '', entry.split('=')[1] ?? '']));
  for (const service of ['ecs', 'vpc', 'slb', 'sts']) {
    const meta = source[service];
    if (meta === undefined) throw new Error(`no ${service} in ${metaPath}`);
    const own = rows.filter(([name]) => name === service);
    const names = [...Object.keys(meta.apis), ...own.map(([, action]) => action), ...namesInClient(sdk.get(service))];
    const actions = Object.fromEntries(Object.entries(meta.apis).map(([name, api]) => [name, actionOf(api)]));
    const out = {
      version: meta.version,
      names: [...new Set(names)].toSorted(),
      errors: errorsOf(service, own),
      actions,
    };
    writeFileSync(join(EMULATOR, 'metadata', `${service}.json`), `${JSON.stringify(out)}\n`);
  }
};

main();
