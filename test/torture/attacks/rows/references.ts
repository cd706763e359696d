// Reading or using what is another namespace's through a reference.
import type { Sent } from '../../../e2e/admission-objects.ts';
import { pool } from '../../../e2e/flows/objects.ts';
import assert from 'node:assert/strict';
import { type Attempt, at, create, refused, shown } from '../attempt.ts';
import { collectionOf } from '../hands.ts';
import { module, own, ownZone } from '../town.ts';
import type { Yard } from '../yard.ts';

const script = (ref: object) => ({ userDataFrom: { type: 'Secret', secretKeyRef: { key: 'script', ...ref } } });

const withModule = (yard: Yard): Sent =>
  own(yard, 'x-ref', { modules: [module('dmz', { servers: script({ name: 'first-boot' }) })] });
const withMap = (yard: Yard): Sent => {
  const userDataFrom = { type: 'ConfigMap', configMapKeyRef: { name: 'first-boot', key: 'script' } };
  return own(yard, 'x-ref', { modules: [module('dmz', { servers: { userDataFrom } })] });
};
const withRules = (yard: Yard): Sent =>
  ownZone(yard, ['x-ref', 'bank'], {
    inbound: [
      { name: 'zone', from: { type: 'SecurityZone', securityZoneRef: { name: 'dmz' } }, protocol: 'ICMP' },
      { name: 'pool', from: { type: 'BastionPool', bastionPoolRef: { name: 'ops' } }, protocol: 'ICMP' },
    ],
  });
const withPool = (yard: Yard): Sent => ({ ...pool(yard.a), metadata: { name: 'x-ref', namespace: yard.a } });

/** Every field that refers to another object, with a namespace beside its name. */
const FIELDS: readonly (readonly [path: string, object: (yard: Yard) => Sent])[] = [
  ['spec.modules.0.servers.userDataFrom.secretKeyRef', withModule],
  ['spec.modules.0.servers.userDataFrom.configMapKeyRef', withMap],
  ['spec.modules.0.securityZoneRef', withModule],
  ['spec.accountRef', withModule],
  ['spec.environmentRef', withRules],
  ['spec.inbound.0.from.securityZoneRef', withRules],
  ['spec.inbound.1.from.bastionPoolRef', withRules],
  ['spec.environmentRef', withPool],
  ['spec.securityZoneRef', withPool],
];

const namespaced: readonly Attempt[] = FIELDS.map(([path, object], index) =>
  refused({
    id: `R${index + 1}`,
    sends: `${index > 6 ? 'a pool with ' : ''}\`${shown(path)}.namespace\` of the other tenant`,
    names: `${shown(path)}.namespace`,
    says: /unknown field/,
    status: 400,
    call: (yard) => create(at(object(yard), `${path}.namespace`, yard.b)),
  }),
);

const paths: readonly Attempt[] = [
  ['spec.modules.0.servers.userDataFrom.secretKeyRef.name', withModule, (yard: Yard) => `${yard.b}/first-boot`],
  ['spec.modules.0.servers.userDataFrom.secretKeyRef.name', withModule, () => '../../finance-cloud-system/secrets/x'],
  ['spec.modules.0.servers.userDataFrom.secretKeyRef.key', withModule, () => '../access-key-secret'],
  ['spec.environmentRef.name', withRules, (yard: Yard) => `${yard.b}/bank`],
  ['spec.accountRef.name', withModule, () => 'x/../secrets'],
].map(([path, object, value], index) =>
  refused({
    id: `R${FIELDS.length + index + 1}`,
    sends: `a path in \`${shown(String(path))}\``,
    names: shown(String(path)),
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    call: (yard) => create(at((object as typeof withModule)(yard), String(path), (value as (y: Yard) => string)(yard))),
  }),
);

/** An environment of its own whose servers want a Secret that is not the tenant's. */
const thief = (
  id: string,
  whose: string,
  of: (yard: Yard) => { name: string; key: string; namespace: string },
): Attempt => ({
  id,
  sends: `\`userDataFrom.secretKeyRef\` that names a Secret of ${whose}, its namespace sent to be dropped`,
  defence: '`DependencyNotReady`: looked for in the own namespace only',
  judged: 'condition; no RunInstances; the secret is nowhere',
  play: async (yard) => {
    const name = `thief-${id.toLowerCase()}`;
    const { name: secret, key, namespace } = of(yard);
    const ref = { userDataFrom: { type: 'Secret', secretKeyRef: { name: secret, key, namespace } } };
    const object = own(yard, name, { modules: [module(name, { servers: ref })] });
    await yard.must({ ...create(object, 'Ignore'), as: yard.tenant });
    await yard.must({ ...create(ownZone(yard, [name, name])), as: yard.tenant });
    const says = new RegExp(`key ${key} of Secret ${secret}`);
    await yard.condition('FinanceCloudEnvironment', name, { reason: 'DependencyNotReady', says });
    const { spec, status } = await yard.get('FinanceCloudEnvironment', name);
    assert.equal(spec.modules[0].servers.userDataFrom.secretKeyRef.namespace, undefined);
    assert.ok(!status.resources.some((item: { type: string }) => item.type === 'Server'));
  },
});

/** A name that exists, but only in the other namespace. */
const elsewhere = (
  id: string,
  sends: string,
  of: { readonly make: (yard: Yard) => Sent; readonly says: RegExp; readonly reason?: string },
): Attempt => ({
  id,
  sends,
  defence: `\`${of.reason ?? 'DependencyNotReady'}\`: names are looked up in the own namespace only`,
  judged: 'condition; the ledger names nothing of theirs',
  play: async (yard) => {
    const object = of.make(yard);
    await yard.must({ method: 'POST', path: collectionOf(object), body: object, as: yard.tenant });
    const { reason = 'DependencyNotReady', says } = of;
    await yard.condition(object.kind, object.metadata.name, { reason, says });
  },
});

/** All of them. */
export const references = {
  title: 'Read or use what is another namespace’s, through a reference',
  attempts: [
    ...namespaced,
    ...paths,
    thief('R15', 'the other tenant', ({ b }) => ({ name: 'ledger', key: 'password', namespace: b })),
    thief('R16', 'the operator', ({ vault, system }) => ({ name: vault, key: 'access-key-secret', namespace: system })),
    elsewhere('R17', 'a zone in an environment that exists in the other namespace only', {
      make: (yard) => ownZone(yard, ['x-r17', 'theirs']),
      says: /FinanceCloudEnvironment theirs/,
    }),
    elsewhere('R18', 'a module in a zone that exists in the other namespace only', {
      make: (yard) => own(yard, 'x-r18', { modules: [module('inner')] }),
      says: /SecurityZone inner/,
    }),
    elsewhere('R19', 'a pool in a zone that exists in the other namespace only', {
      make: (yard) => ({
        ...pool(yard.a, { environmentRef: { name: 'records' }, securityZoneRef: { name: 'inner' } }),
        metadata: { name: 'x-r19', namespace: yard.a },
      }),
      says: /SecurityZone inner/,
    }),
    elsewhere('R20', 'a rule that admits a zone that exists in the other namespace only', {
      make: (yard) =>
        ownZone(yard, ['x-r20', 'intents'], {
          inbound: [
            { name: 'in', from: { type: 'SecurityZone', securityZoneRef: { name: 'inner' } }, protocol: 'ICMP' },
          ],
        }),
      says: /SecurityZone inner/,
    }),
  ],
};
