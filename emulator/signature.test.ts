// Vectors printed in the protocol's documents, and what the gateway refuses.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { percentEncode, stringToSignV1, verify, type Gate } from './signature.ts';
import { type Bench, startBench } from './test-client.ts';
import { DEFAULT_SETTINGS } from './settings.ts';
import type { WireRequest } from './wire.ts';

const gateAt = (iso: string, id: string, secret: string): Gate => ({
  accounts: [{ id: '1', accessKeys: [{ id, secret, status: 'Active', deny: [] }] }],
  real: () => Date.parse(iso),
  nonces: new Map(),
});

const request = (more: Partial<WireRequest>): WireRequest => ({
  method: 'POST',
  path: '/',
  query: {},
  headers: {},
  body: Buffer.alloc(0),
  form: {},
  signal: new AbortController().signal,
  ...more,
});

describe('signatures of the documents', () => {
  it('V3: the printed RunInstances example verifies', () => {
    const headers = {
      host: 'ecs.cn-shanghai.aliyuncs.com',
      'x-acs-action': 'RunInstances',
      'x-acs-version': '2014-05-26',
      'x-acs-date': '2023-10-26T10:22:32Z',
      'x-acs-signature-nonce': '3156853299f313e23d1673dc12e1703d',
      'x-acs-content-sha256': 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      authorization:
        'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
    };
    const query = { ImageId: 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd', RegionId: 'cn-shanghai' };
    const gate = gateAt('2023-10-26T10:25:00Z', 'YourAccessKeyId', 'YourAccessKeySecret');
    assert.equal(verify(gate, request({ headers, query }), 'V3').account, '1');
  });

  it('V1: the printed DescribeRegions example verifies', () => {
    const query = {
      Action: 'DescribeRegions',
      Format: 'XML',
      Version: '2014-05-26',
      AccessKeyId: 'testid',
      SignatureMethod: 'HMAC-SHA1',
      SignatureVersion: '1.0',
      SignatureNonce: '3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf',
      Timestamp: '2016-02-23T12:46:24Z',
      Signature: 'OLeaidS1JvxuMvnyHOwuJ+uX5qY=',
    };
    const gate = gateAt('2016-02-23T12:46:30Z', 'testid', 'testsecret');
    assert.equal(verify(gate, request({ method: 'GET', query }), 'V1').account, '1');
    assert.match(
      stringToSignV1('GET', query),
      /^GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3DXML/,
    );
  });

  it('percent-encoding leaves only what RFC 3986 calls unreserved', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
        (text) => {
          const encoded = percentEncode(text);
          assert.match(encoded, /^[A-Za-z0-9\-_.~%]*$/);
          assert.equal(decodeURIComponent(encoded), text);
        },
      ),
    );
  });
});

/** A clock that is wrong by so many minutes when it is asked, not when this file is read. */
const away = (minutes: number, style: 'V3' | 'V1' = 'V3') => ({
  style,
  get realTime() {
    return Date.now() + minutes * 60_000;
  },
});

describe('the gateway', () => {
  let bench: Bench;
  const inactive = { id: 'idle', secret: 's', status: 'Inactive' as const, deny: [] };
  before(async () => {
    const accounts = DEFAULT_SETTINGS.accounts.map((account) => ({
      ...account,
      accessKeys: [...account.accessKeys, inactive],
    }));
    bench = await startBench({ accounts });
  });
  after(() => bench.stop());

  const ways = [
    { why: 'V3, POST, parameters in the query: what all SDKs send', send: {} },
    { why: 'V3, GET: the CLI and people with curl', send: { method: 'GET' } },
    { why: 'V3, parameters in a form body', send: { place: 'form' } },
    { why: 'V1, POST', send: { style: 'V1' } },
    { why: 'V1, GET', send: { style: 'V1', method: 'GET' } },
    {
      why: 'V1 with action and version in headers as well: the older Python SDK',
      send: {
        style: 'V1',
        tamper: (headers: Record<string, string>) =>
          void Object.assign(headers, { 'x-acs-action': 'DescribeInstances', 'x-acs-version': '2014-05-26' }),
      },
    },
    { why: 'V1, parameters in a form body are part of the signed set', send: { style: 'V1', place: 'form' } },
  ] as const;
  for (const { why, send } of ways) {
    it(`accepts ${why}`, async () => {
      const params = { RegionId: 'cn-shanghai-finance-1', InstanceName: "it's (a) *strange* name! ü~+ /" };
      assert.equal((await bench.ask('ecs', 'DescribeInstances', params, send)).status, 200);
    });
  }

  const wrongSecret = { id: 'emulator', secret: 'wrong' };
  const refused = [
    { why: 'a wrong secret', send: { key: wrongSecret }, status: 400, code: 'SignatureDoesNotMatch' },
    {
      why: 'a wrong secret in V1',
      send: { key: wrongSecret, style: 'V1' },
      status: 400,
      code: 'SignatureDoesNotMatch',
    },
    {
      why: 'an unknown key',
      send: { key: { id: 'nobody', secret: 'x' } },
      status: 404,
      code: 'InvalidAccessKeyId.NotFound',
    },
    {
      why: 'a session token that nobody gave',
      send: { style: 'V1', token: 'x' },
      status: 400,
      code: 'InvalidSecurityToken.Malformed',
    },
    {
      why: 'a session token that nobody gave, in V3',
      send: { token: 'x' },
      status: 400,
      code: 'InvalidSecurityToken.Malformed',
    },
    { why: 'a disabled key', send: { key: inactive }, status: 400, code: 'InvalidAccessKeyId.Inactive' },
    {
      why: 'a clock 16 minutes behind',
      send: away(-16),
      status: 400,
      code: 'InvalidTimeStamp.Expired',
    },
    {
      why: 'a clock 16 minutes ahead',
      send: away(16, 'V1'),
      status: 400,
      code: 'InvalidTimeStamp.Expired',
    },
    {
      why: 'a query changed after signing',
      send: {
        tamper: (_: Record<string, string>, query: Record<string, string>) =>
          void (query['RegionId'] = 'cn-shenzhen-finance-1'),
      },
      status: 400,
      code: 'SignatureDoesNotMatch',
    },
    {
      why: 'an action changed after signing',
      send: { tamper: (headers: Record<string, string>) => void (headers['x-acs-action'] = 'DescribeImages') },
      status: 400,
      code: 'SignatureDoesNotMatch',
    },
    {
      why: 'an action that was never signed',
      send: {
        tamper: (headers: Record<string, string>) => {
          headers['authorization'] = (headers['authorization'] ?? '').replace('x-acs-action;', '');
        },
      },
      status: 400,
      code: 'SignatureDoesNotMatch',
    },
    {
      why: 'a date of another form',
      send: {
        tamper: (headers: Record<string, string>) => void (headers['x-acs-date'] = 'Tue, 24 Nov 2026 10:00:00 GMT'),
      },
      status: 400,
      code: 'InvalidTimeStamp.Format',
    },
    {
      why: 'another signature method',
      send: {
        tamper: (headers: Record<string, string>) =>
          void (headers['authorization'] = 'ACS3-HMAC-SM3 Credential=emulator'),
      },
      status: 400,
      code: 'InvalidSignatureMethod',
    },
    {
      why: 'no signature at all',
      send: { tamper: (headers: Record<string, string>) => void delete headers['authorization'] },
      status: 400,
      code: 'MissingAccessKeyId',
    },
  ] as const;
  for (const { why, send, status, code } of refused) {
    it(`refuses ${why}: ${code}`, async () => {
      const got = await bench.ask('ecs', 'DescribeInstances', { RegionId: 'cn-shanghai-finance-1' }, send);
      assert.deepEqual([got.status, got.json.Code], [status, code]);
      assert.match(got.json.RequestId, /^[0-9A-F-]{36}$/);
    });
  }

  it('refuses a nonce the second time, and does not let a wrong signature burn it', async () => {
    const nonce = randomUUID();
    const twice = randomUUID();
    assert.equal(
      (await bench.ask('sts', 'GetCallerIdentity', {}, { nonce, key: wrongSecret })).json.Code,
      'SignatureDoesNotMatch',
    );
    assert.equal((await bench.ask('sts', 'GetCallerIdentity', {}, { nonce })).status, 200);
    assert.equal((await bench.ask('sts', 'GetCallerIdentity', {}, { nonce: twice, style: 'V1' })).status, 200);
    assert.equal(
      (await bench.ask('sts', 'GetCallerIdentity', {}, { nonce: twice, style: 'V1' })).json.Code,
      'SignatureNonceUsed',
    );
  });
});
