import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { canonicalCidr } from './cidr.ts';

describe('canonicalCidr', () => {
  const cases = [
    { why: 'a network stays', text: '10.20.0.0/16', want: '10.20.0.0/16' },
    { why: 'host bits are cleared', text: '10.20.3.4/16', want: '10.20.0.0/16' },
    { why: 'a prefix inside a byte', text: '192.168.155.77/27', want: '192.168.155.64/27' },
    { why: 'a bare address is a network of one', text: '1.2.3.4', want: '1.2.3.4/32' },
    { why: 'the whole world', text: '0.0.0.0/0', want: '0.0.0.0/0' },
    { why: 'leading zeros are one spelling', text: '010.0.0.0/8', want: '10.0.0.0/8' },
    { why: 'IPv6 is lower-cased', text: '2408:ABCD::/32', want: '2408:abcd::/32' },
    { why: 'no address is left alone', text: 'pl-x1J1', want: 'pl-x1J1' },
    { why: 'no IPv4 address is left alone', text: '300.0.0.0/8', want: '300.0.0.0/8' },
  ];
  for (const { why, text, want } of cases) it(why, () => assert.equal(canonicalCidr(text), want));

  it('changes nothing the second time', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(byte, byte, byte, byte, fc.integer({ min: 0, max: 32 }), (a, b, c, d, length) => {
        const once = canonicalCidr(`${a}.${b}.${c}.${d}/${length}`);
        assert.equal(canonicalCidr(once), once);
      }),
    );
  });
});
