// Health over time: windows, changes of the check, changes of the guest, and what weight 0 shows.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { boot, changeUnit, halt, newGuest } from './guest.ts';
import type { Guest } from './guest.ts';
import { parseGuests } from './guest-config.ts';
import { healthAt, shownHealth } from './health.ts';
import type { Check } from './health.ts';

const config = parseGuests({
  units: { 'web.service': { serves: [{ port: 8080, paths: { '/ok': 200, '/moved': 302 } }] } },
});
const guest = (): Guest =>
  changeUnit(config, boot(config, newGuest(config, { instanceId: 'i-1', os: 'linux' }), 0), {
    name: 'web.service',
    at: 0,
    active: true,
    enabled: true,
  });
const check = (more: Partial<Check> = {}): Check => ({
  from: 0,
  on: true,
  type: 'http',
  port: 8080,
  path: '/ok',
  host: '10.0.0.1',
  codes: ['http_2xx'],
  intervalSeconds: 2,
  timeoutSeconds: 5,
  healthyThreshold: 3,
  unhealthyThreshold: 3,
  ...more,
});
const at = (
  now: number,
  checks: readonly Check[] = [check()],
  inside: Guest | undefined = guest(),
  since = 0,
): string => healthAt({ checks, guest: inside, since, now });

describe('health', () => {
  const stopped = changeUnit(config, guest(), { name: 'web.service', at: 20_000, active: false });
  const table = [
    { why: 'no probe has run yet', got: at(1999), want: 'unavailable' },
    { why: 'answers, but not often enough', got: at(2000), want: 'abnormal' },
    { why: 'one short of the threshold', got: at(5999), want: 'abnormal' },
    { why: 'three intervals of good answers', got: at(6000), want: 'normal' },
    { why: 'counted from the registration', got: at(15_999, [check()], guest(), 10_000), want: 'abnormal' },
    { why: 'a wrong path is a 404', got: at(60_000, [check({ path: '/app/' })]), want: 'abnormal' },
    { why: 'a 302 is not among http_2xx', got: at(60_000, [check({ path: '/moved' })]), want: 'abnormal' },
    {
      why: 'a 302 is asked for',
      got: at(60_000, [check({ path: '/moved', codes: ['http_2xx', 'http_3xx'] })]),
      want: 'normal',
    },
    {
      why: 'the check turned to a wrong path is noticed after three probes',
      got: at(25_999, [check(), check({ from: 20_000, path: '/app/' })]),
      want: 'normal',
    },
    {
      why: 'and then it is abnormal',
      got: at(26_000, [check(), check({ from: 20_000, path: '/app/' })]),
      want: 'abnormal',
    },
    {
      why: 'repaired: three good probes again',
      got: at(36_000, [check(), check({ from: 20_000, path: '/app/' }), check({ from: 30_000 })]),
      want: 'normal',
    },
    { why: 'the check is off', got: at(60_000, [check({ on: false })]), want: 'unavailable' },
    { why: 'a stopped unit refuses', got: at(26_000, [check()], stopped), want: 'abnormal' },
    { why: 'not yet', got: at(25_999, [check()], stopped), want: 'normal' },
    {
      why: 'a dead server costs the timeout too',
      got: at(40_999, [check()], halt(config, guest(), 20_000)),
      want: 'normal',
    },
    {
      why: 'a dead server is abnormal in the end',
      got: at(41_000, [check()], halt(config, guest(), 20_000)),
      want: 'abnormal',
    },
    { why: 'TCP needs only the port', got: at(6000, [check({ type: 'tcp', path: '' })]), want: 'normal' },
    { why: 'UDP meets nobody on a TCP port', got: at(60_000, [check({ type: 'udp' })]), want: 'abnormal' },
    { why: 'sshd accepts and never answers HTTP', got: at(60_000, [check({ port: 22 })]), want: 'abnormal' },
    {
      why: 'a server that is gone',
      got: healthAt({ checks: [check()], guest: undefined, since: 0, now: 60_000 }),
      want: 'abnormal',
    },
  ];
  for (const { why, got, want } of table) it(`${why}: ${want}`, () => assert.equal(got, want));

  it('settles on what the guest serves, whatever happened before, once a window has passed', () => {
    const change = fc.record({ active: fc.boolean(), good: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 9000 }),
        (changes, gap) => {
          let inside = guest();
          const checks = [check()];
          changes.forEach((one, index) => {
            const from = (index + 1) * gap;
            inside = changeUnit(config, inside, { name: 'web.service', at: from, active: one.active });
            checks.push(check({ from, path: one.good ? '/ok' : '/wrong' }));
          });
          const last = changes.at(-1);
          const settled = (changes.length + 1) * gap + 60_000;
          assert.equal(at(settled, checks, inside), last?.active === true && last.good ? 'normal' : 'abnormal');
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('weight 0', () => {
  const table = [
    { why: 'masked', rule: 'normal', layer7: true, weight: 0, want: 'normal' },
    { why: 'layer 7 is shown', rule: 'layer7', layer7: true, weight: 0, want: 'abnormal' },
    { why: 'layer 4 is not', rule: 'layer7', layer7: false, weight: 0, want: 'normal' },
    { why: 'shown always', rule: 'real', layer7: false, weight: 0, want: 'abnormal' },
    { why: 'a weight shows the truth', rule: 'normal', layer7: false, weight: 1, want: 'abnormal' },
  ] as const;
  for (const { why, want, ...about } of table) it(why, () => assert.equal(shownHealth('abnormal', about), want));
});
