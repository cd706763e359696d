// Address arithmetic against numbers computed by hand and against laws.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { contains, overlaps, parseNetwork, usableAddresses } from './net.ts';

const text = (base: number, prefix: number): string => {
  const start = prefix === 0 ? 0 : (base >>> (32 - prefix)) << (32 - prefix);
  return `${[24, 16, 8, 0].map((shift) => (start >>> shift) & 255).join('.')}/${prefix}`;
};
const network = fc
  .tuple(fc.integer({ min: 0, max: 0xffff_ffff }), fc.integer({ min: 1, max: 32 }))
  .map(([base, prefix]) => text(base, prefix));

describe('net', () => {
  const parsing: readonly (readonly [string, number | undefined, string])[] = [
    ['192.168.0.0/25', 25, 'the guide’s vSwitch'],
    ['10.0.0.0/8', 8, 'a private range'],
    ['0.0.0.0/0', 0, 'the world'],
    ['192.168.100.1/32', 32, 'one address'],
    ['10.20.0.1/16', undefined, 'host bits are set'],
    ['10.20.0.0', undefined, 'no prefix'],
    ['10.20.0.0/33', undefined, 'no such prefix'],
    ['10.20.0/24', undefined, 'three parts'],
    ['0x0a.0.0.0/8', undefined, 'only decimal'],
    ['010.0.0.0/8', undefined, 'leading zeros mean octal to some'],
    ['::/0', undefined, 'IPv6'],
    ['', undefined, 'nothing'],
  ];
  for (const [cidr, prefix, why] of parsing)
    it(`parses "${cidr}" as ${prefix ?? 'nothing'}: ${why}`, () => {
      assert.equal(parseNetwork(cidr)?.prefix, prefix);
    });

  const capacity: readonly (readonly [string, number])[] = [
    ['192.168.0.0/25', 124],
    ['10.0.0.0/16', 65532],
    ['10.0.0.0/29', 4],
    ['10.0.0.0/30', 0],
    ['10.0.0.0/32', 0],
  ];
  for (const [cidr, usable] of capacity)
    it(`NET-3: ${cidr} has ${usable} usable addresses`, () => {
      const parsed = parseNetwork(cidr);
      assert.ok(parsed);
      assert.equal(usableAddresses(parsed), usable);
    });

  it('two networks are nested or apart: overlap means that one holds the other', () => {
    fc.assert(
      fc.property(network, network, (a, b) => {
        assert.equal(overlaps(a, b), contains(a, b) || contains(b, a));
        assert.equal(overlaps(a, b), overlaps(b, a));
        assert.ok(contains(a, a));
      }),
    );
  });

  it('every canonical text is parsed to itself', () => {
    fc.assert(fc.property(network, (a) => assert.equal(parseNetwork(a)?.cidr, a)));
  });
});
