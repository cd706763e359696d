// Tags and tokens: what they must never do.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  RESERVED_PREFIX,
  TAG_INSTALL,
  TAG_OBJECT,
  TAG_OWNER,
  TAG_RESOURCE,
  TAG_UID,
  objectTag,
  ownershipOf,
  requestToken,
  tagsFor,
} from './tags.ts';

const ownership = {
  owner: 'cluster-1',
  install: 'bank',
  object: 'SecurityZone/core/web',
  uid: 'uid-1',
  resource: 'web/cn-shanghai-finance-1f',
  attempt: 7,
};

describe('tags', () => {
  it('are read back as they were written', () => {
    assert.deepEqual(ownershipOf(tagsFor(ownership, { team: 'core' })), ownership);
  });

  it('cannot be overridden or forged by user tags, in whatever case', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.string()),
        fc.constantFrom('uid', 'UID', 'owner', 'other'),
        (user, key) => {
          const tags = tagsFor(ownership, {
            ...user,
            [`${RESERVED_PREFIX}${key}`]: 'evil',
            [`FinanceCloud.io/${key}`]: 'evil',
          });
          assert.ok(!Object.values(tags).includes('evil') || Object.values(user).includes('evil'));
          assert.deepEqual(ownershipOf(tags), ownership);
        },
      ),
    );
  });

  it('replace a long object name by a hash that fits and differs', () => {
    const [one, other] = ['a', 'b'].map((end) => objectTag('SecurityZone', 'n'.repeat(63), `${'x'.repeat(200)}${end}`));
    assert.ok((one?.length ?? 0) <= 128);
    assert.notEqual(one, other);
    assert.equal(objectTag('SecurityZone', 'core', 'web'), 'SecurityZone/core/web');
  });

  it('keep an object name that just fits', () => {
    const name = 'x'.repeat(128 - 'SecurityZone/core/'.length);
    assert.equal(objectTag('SecurityZone', 'core', name), `SecurityZone/core/${name}`);
    assert.match(objectTag('SecurityZone', 'core', `${name}x`), /^SecurityZone\/sha256-[0-9a-f]{64}$/);
  });

  for (const [what, change] of [
    ['a missing owner', { [TAG_OWNER]: '' }],
    ['a missing release', { [TAG_INSTALL]: '' }],
    ['a missing uid', { [TAG_UID]: '' }],
    ['a missing name', { [TAG_RESOURCE]: '' }],
    ['a missing object', { [TAG_OBJECT]: '' }],
    ['an attempt that is no number', { 'financecloud.io/attempt': 'x' }],
  ] as const) {
    it(`say nothing after ${what}, so that nobody acts on half an owner`, () => {
      assert.equal(ownershipOf({ ...tagsFor(ownership), ...change }), undefined);
    });
  }

  it('carry the uid under the key that everybody indexes by', () => {
    assert.equal(tagsFor(ownership)[TAG_UID], 'uid-1');
  });
});

describe('request token', () => {
  const input = { owner: 'o', uid: 'u', resources: ['b', 'a'], attempt: 1 };

  it('is 64 ASCII characters and does not depend on the order of the resources', () => {
    assert.match(requestToken(input), /^[0-9a-f]{64}$/);
    assert.equal(requestToken(input), requestToken({ ...input, resources: ['a', 'b'] }));
  });

  for (const [what, other] of [
    ['another attempt', { attempt: 2 }],
    ['another object', { uid: 'v' }],
    ['another owner', { owner: 'p' }],
    ['other resources', { resources: ['a,b'] }],
  ] as const) {
    it(`differs for ${what}`, () => {
      assert.notEqual(requestToken(input), requestToken({ ...input, ...other }));
    });
  }
});
