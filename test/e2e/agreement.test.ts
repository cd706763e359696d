// What TypeScript and the API server say about the same object must not differ: the schemas they share, and the
// rules between objects that are written once in CEL and once in TypeScript.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { environmentSpec } from '../../src/crds/environment.ts';
import { KINDS } from '../../src/crds/kinds.ts';
import { zoneInEnvironment, zonesApart } from '../../src/crds/relations.ts';
import { type Structural, structuralSchema } from '../../src/crds/structural.ts';
import { zoneSpec } from '../../src/crds/zone.ts';
import type { ApiAnswer, ApiProxy, Loose } from '../support/api-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { installManifests } from '../support/installed-crds.ts';
import { CONTROL_PLANE_TIMEOUT_MS, testNamespace, useControlPlane } from '../support/shared-control-plane.ts';
import { pathOf, type Samples, samplesIn, type Sent } from './admission-objects.ts';

type Path = readonly (string | number)[];

/** Paths of everything below a value. */
const pathsIn = (value: Loose, at: Path = []): readonly Path[] =>
  typeof value !== 'object' || value === null
    ? [at]
    : [at, ...Object.keys(value).flatMap((key) => pathsIn(value[key], [...at, key]))];

const bent = (value: Loose, [head, ...rest]: Path, junk: Loose): Loose => {
  if (head === undefined) return junk;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[head] = bent(value[head], rest, junk);
  return copy;
};

const ruleMessages = (schema: Structural): readonly string[] => [
  ...(schema['x-kubernetes-validations'] ?? []).map((rule) => rule.message),
  ...(schema.items === undefined ? [] : ruleMessages(schema.items)),
  ...Object.values(schema.properties ?? {}).flatMap(ruleMessages),
];

const junk = fc.oneof(
  fc.constantFrom<Loose>('', 'a', 'x'.repeat(300), '10.0.0.0/8', '22', 'TCP', 'Delete', 'ecs.x', true, {}, []),
  fc.integer({ min: -2, max: 70_000 }),
  fc.string({ maxLength: 40 }),
);

const parsedZone = (zone: Sent): Loose => ({ metadata: zone.metadata, spec: zoneSpec.parse(zone.spec) });
const parsedEnvironment = (environment: Sent): Loose => ({
  metadata: environment.metadata,
  spec: environmentSpec.parse(environment.spec),
});
const subnets = (zone: string, cidrs: readonly string[]): Loose =>
  cidrs.map((cidr, i) => ({ zone: i === 0 ? 'cn-shanghai-finance-1f' : zone, cidr }));

describe('agreement with the API server', () => {
  const plane = useControlPlane();
  let api: ApiProxy;
  let namespace: string;

  const tried = (object: Sent): Promise<ApiAnswer> =>
    api.call({ method: 'POST', path: `${pathOf(object)}?dryRun=All`, body: object });

  before(async function () {
    this.timeout(CONTROL_PLANE_TIMEOUT_MS);
    api = await installManifests(plane());
    namespace = await testNamespace('agreement');
  });
  after(() => api.stop());

  const names: Readonly<Record<string, keyof Samples>> = {
    FinanceCloudAccount: 'account',
    FinanceCloudEnvironment: 'environment',
    SecurityZone: 'dmz',
    BastionPool: 'bastions',
  };
  for (const kind of KINDS)
    it(`zod and the CRD of ${kind.kind} take and refuse the same`, async function () {
      this.timeout(60_000);
      const sample = samplesIn(namespace)[names[kind.kind] ?? 'dmz'];
      const known = ruleMessages(structuralSchema(kind.spec, 'spec')).map((message) => message.slice(0, 40));
      const policy = /ValidatingAdmissionPolicy|Duplicate value|is refused on an internet-facing/;
      const paths = pathsIn(sample.spec).filter((path) => path.length > 0);
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...paths), junk, async (path, value) => {
          const spec = bent(sample.spec, path, value);
          const { status, message } = await tried({ ...sample, spec });
          const parsed = kind.spec.safeParse(spec);
          if (!parsed.success) return assert.notEqual(status, 201, `zod refuses: ${parsed.error.message}`);
          // Rules in CEL and duplicate keys are the server's own; everything else zod must have refused too.
          const onlyRules = policy.test(message) || known.some((text) => message.includes(text));
          return assert.ok(status === 201 || onlyRules, message);
        }),
        { numRuns: Number(process.env['AGREEMENT_RUNS'] ?? 40) },
      );
    });

  it('policies and TypeScript judge the same between environment and zones', async function () {
    this.timeout(60_000);
    const s = samplesIn(namespace);
    await api.call({ method: 'POST', path: pathOf(s.account), body: s.account });
    const environments = [
      { cidr: '10.20.0.0/16', replicas: 9 },
      { cidr: '10.20.2.0/23', replicas: 60 },
      { cidr: '192.168.0.0/24', replicas: 1 },
    ].map(({ cidr, replicas }, index) => {
      const { environment } = samplesIn(namespace);
      environment.metadata.name = `env-${index}`;
      environment.spec.network.cidr = cidr;
      environment.spec.modules = [{ ...environment.spec.modules[1], securityZoneRef: { name: `zone-${index}` } }];
      environment.spec.modules[0].servers.replicas = replicas;
      return environment;
    });
    const neighbour = { ...s.dmz, metadata: { name: 'neighbour', namespace } };
    neighbour.spec = { ...s.dmz.spec, inbound: [], environmentRef: { name: 'env-0' } };
    for (const object of [...environments, neighbour]) {
      const { status, message } = await api.call({ method: 'POST', path: pathOf(object), body: object });
      assert.equal(status, 201, message);
    }
    const zoneOf = (index: number, subnets: Loose): Sent => ({
      ...s.app,
      metadata: { name: `zone-${index}`, namespace },
      spec: { ...s.app.spec, inbound: [], environmentRef: { name: `env-${index}` }, subnets },
    });
    // In force once every object that was just made is seen by the policies.
    for (const index of [0, 1, 2]) {
      const wrong = zoneOf(index, subnets('cn-shanghai-finance-1k', ['172.16.0.0/24', '172.16.1.0/24']));
      await eventually(async () => (await tried(wrong)).status === 422, {
        what: `env-${index} is seen`,
        timeoutMs: 10_000,
      });
    }
    const overlapping = zoneOf(0, subnets('cn-shanghai-finance-1g', ['10.20.0.0/24', '10.20.8.0/24']));
    await eventually(async () => (await tried(overlapping)).status === 422, {
      what: 'neighbour is seen',
      timeoutMs: 10_000,
    });

    const octet = fc.constantFrom(0, 1, 2, 3, 4, 5);
    const cidr = fc
      .tuple(fc.constantFrom('10.20', '192.168', '10.21'), octet, fc.constantFrom(23, 24, 27, 28, 29))
      .map(([head, third, prefix]) => `${head}.${prefix === 23 ? third & 6 : third}.0/${prefix}`);
    const zone = fc.constantFrom('cn-shanghai-finance-1g', 'cn-shanghai-finance-1g', 'cn-shanghai-finance-1k');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(0, 1, 2), cidr, cidr, zone, async (index, a, b, second) => {
        const object = zoneOf(index, subnets(second, [a, b]));
        const { status, message } = await tried(object);
        if (message.includes('subnets overlap')) return;
        const environment = environments[index];
        assert.ok(environment);
        const mine = parsedZone(object);
        const found = [
          ...zoneInEnvironment(mine, parsedEnvironment(environment)),
          ...zonesApart(mine, parsedZone(neighbour)),
        ];
        assert.equal(status === 201, found.length === 0, `${message} / ${found.map((f) => f.message).join('; ')}`);
      }),
      { numRuns: Number(process.env['AGREEMENT_RUNS'] ?? 60) },
    );
  });
});
