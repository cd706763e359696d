// Rules between objects, met from the side of the object that is applied last: a reference may be there before what it names.
import assert from 'node:assert/strict';
import type { ApiAnswer, ApiProxy } from '../support/api-proxy.ts';
import { eventually } from '../support/eventually.ts';
import { installManifests } from '../support/installed-crds.ts';
import { CONTROL_PLANE_TIMEOUT_MS, testNamespace, useControlPlane } from '../support/shared-control-plane.ts';
import { type Samples, type Sent, pathOf, samplesIn } from './admission-objects.ts';

const elsewhere = (spec: Sent['spec']): void => {
  spec.environmentRef.name = 'another';
};

describe('admission of an object that others name already', () => {
  const plane = useControlPlane();
  let api: ApiProxy;
  before(async function () {
    this.timeout(CONTROL_PLANE_TIMEOUT_MS);
    api = await installManifests(plane());
  });
  after(() => api.stop());

  const create = (object: Sent, query = ''): Promise<ApiAnswer> =>
    api.call({ method: 'POST', path: `${pathOf(object)}${query}`, body: object });

  const rows: readonly {
    readonly why: string;
    readonly first: (samples: Samples) => readonly Sent[];
    readonly last: (samples: Samples) => Sent;
    /** What makes it unfit; another environment unless told. */
    readonly bend?: (spec: Sent['spec']) => void;
    readonly says: RegExp;
  }[] = [
    {
      why: 'a zone of another environment than the modules that name it',
      first: ({ account, environment }) => [account, environment],
      last: ({ dmz }) => dmz,
      says: /spec\.environmentRef: modules of environment core-banking name zone dmz, which belongs to environment another/,
    },
    {
      why: 'a zone of another environment than the zone that admits it',
      first: ({ app }) => [app],
      last: ({ dmz }) => dmz,
      says: /spec\.environmentRef: zone app admits zone dmz, which belongs to environment another/,
    },
    {
      why: 'a bastion pool of another environment than the zone that admits it',
      first: ({ dmz }) => [dmz],
      last: ({ bastions }) => bastions,
      says: /spec\.environmentRef: zone dmz admits bastion pool ops, which belongs to environment another/,
    },
    {
      why: 'a zone without room for the pool that is to live there',
      first: ({ bastions }) => [{ ...bastions, spec: { ...bastions.spec, perZone: 5 } }],
      last: ({ mgmt }) => mgmt,
      bend: (spec) => (spec.subnets[1].cidr = spec.subnets[1].cidr.replace(/\/\d+$/, '/29')),
      says: /spec\.subnets: a subnet of zone mgmt has fewer usable addresses than bastion pool ops has bastions per zone \(5\): choose a larger range/,
    },
  ];
  for (const { why, first, last: lastOf, bend = elsewhere, says } of rows) {
    it(`refuses ${why}`, async () => {
      const samples = samplesIn(await testNamespace('other-side'));
      for (const object of first(samples)) {
        const { status, message } = await create(object);
        assert.equal(status, 201, message);
      }
      const last = lastOf(samples);
      const fits = await create(last, '?dryRun=All');
      assert.equal(fits.status, 201, fits.message);
      bend(last.spec);
      await eventually(
        async () => {
          const { status, message } = await create(last, '?dryRun=All');
          assert.equal(status, 422, message);
          assert.match(message, says);
          return true;
        },
        { what: `refused with ${String(says)}`, timeoutMs: 10_000 },
      );
    });
  }
});
