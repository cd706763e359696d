// Certificates are read back by OpenSSL's parser; that the API server accepts them is tested with the API server.
import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import * as fc from 'fast-check';
import { createAuthority } from './certificates.ts';
import { integer, oid, tlv } from './der.ts';

describe('createAuthority', () => {
  const authority = createAuthority('test authority');
  const root = new X509Certificate(authority.certificate);

  it('is a self-signed authority', () => {
    assert.equal(root.subject, 'CN=test authority');
    assert.ok(root.ca);
    assert.ok(root.verify(root.publicKey));
  });

  it('signs a server certificate for names and addresses', () => {
    const pair = authority.server('kube-apiserver', ['127.0.0.1', 'localhost']);
    const certificate = new X509Certificate(pair.certificate);
    assert.equal(certificate.subjectAltName, 'IP Address:127.0.0.1, DNS:localhost');
    assert.ok(certificate.checkIssued(root) && certificate.verify(root.publicKey));
    assert.ok(certificate.checkPrivateKey(createPrivateKey(pair.key)));
    assert.ok(!certificate.ca, 'a leaf must not sign others');
    assert.ok(certificate.validFromDate.getTime() < Date.now() - 3_600_000, 'clocks may differ by an hour');
  });

  it('carries user and groups whatever letters they have', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'Z', ':', '-', '.', 'é', '金'), minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 4 }), (user, groups) => {
        const { subject } = new X509Certificate(authority.client(user, groups).certificate).toLegacyObject();
        assert.equal(subject.CN, user);
        assert.deepEqual([subject.O ?? []].flat(), groups);
      }),
      { numRuns: 30 },
    );
  });
});

describe('DER', () => {
  const cases: readonly { why: string; bytes: Buffer; hex: string }[] = [
    { why: 'zero is one zero byte', bytes: integer(Buffer.from([0, 0])), hex: '020100' },
    {
      why: 'a leading one bit gets a zero byte, or the number is negative',
      bytes: integer(Buffer.from([0x80])),
      hex: '02020080',
    },
    { why: 'a number is as short as it can be', bytes: integer(Buffer.from([0, 0, 0x7f])), hex: '02017f' },
    { why: 'arcs over 127 take several bytes', bytes: oid('1.2.840.10045.4.3.2'), hex: '06082a8648ce3d040302' },
    { why: 'lengths up to 127 are short', bytes: tlv(4, Buffer.alloc(127)).subarray(0, 2), hex: '047f' },
    {
      why: 'longer lengths say how many bytes they take',
      bytes: tlv(4, Buffer.alloc(300)).subarray(0, 4),
      hex: '0482012c',
    },
  ];
  for (const { why, bytes, hex } of cases) it(why, () => assert.equal(bytes.toString('hex'), hex));
});
