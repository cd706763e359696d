// Units over boots, and what a guest answers at any moment of its past.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { answer, boot, changeUnit, halt, newGuest } from './guest.ts';
import type { Guest, Probe } from './guest.ts';
import { parseGuests } from './guest-config.ts';

const WEB = 'bank-web.service';
const config = parseGuests({
  units: {
    [WEB]: { serves: [{ port: 8080, paths: { '/app/health': 200 } }], startSeconds: 5 },
    'broken.service': { fails: true },
    'hosted.service': { serves: [{ port: 81, paths: { '/': 200 }, hosts: ['www.bank.example'], default: 421 }] },
  },
});
const linux = (): Guest => newGuest(config, { instanceId: 'i-1', os: 'linux' });
const running = (...names: readonly string[]): Guest =>
  names.reduce(
    (guest, name) => changeUnit(config, guest, { name, at: 0, enabled: true, active: true }),
    boot(config, linux(), 0),
  );
const get = (path: string, more: Partial<Probe> = {}): Probe => ({
  protocol: 'tcp',
  port: 8080,
  path,
  host: '10.0.0.1',
  ...more,
});

describe('guest', () => {
  const table = [
    {
      why: 'a unit still starting refuses',
      guest: running(WEB),
      probe: get('/app/health'),
      at: 4999,
      want: { kind: 'refused' },
    },
    {
      why: 'a started unit answers its path',
      guest: running(WEB),
      probe: get('/app/health'),
      at: 5000,
      want: { kind: 'http', status: 200 },
    },
    {
      why: 'a query does not hide the path',
      guest: running(WEB),
      probe: get('/app/health?deep=1'),
      at: 5000,
      want: { kind: 'http', status: 200 },
    },
    {
      why: 'other paths are 404 by default',
      guest: running(WEB),
      probe: get('/'),
      at: 5000,
      want: { kind: 'http', status: 404 },
    },
    {
      why: 'nobody listens there',
      guest: running(WEB),
      probe: get('/', { port: 9 }),
      at: 5000,
      want: { kind: 'refused' },
    },
    {
      why: 'a TCP port does not answer UDP',
      guest: running(WEB),
      probe: get('/', { protocol: 'udp' }),
      at: 5000,
      want: { kind: 'refused' },
    },
    {
      why: 'sshd is in every Linux image',
      guest: running(),
      probe: get('/', { port: 22 }),
      at: 1,
      want: { kind: 'connected' },
    },
    {
      why: 'before the boot nothing answers',
      guest: boot(config, linux(), 10),
      probe: get('/', { port: 22 }),
      at: 9,
      want: { kind: 'silent' },
    },
    {
      why: 'a halted guest is silent',
      guest: halt(config, running(WEB), 6000),
      probe: get('/'),
      at: 6000,
      want: { kind: 'silent' },
    },
    {
      why: 'the past of a halted guest stays',
      guest: halt(config, running(WEB), 6000),
      probe: get('/'),
      at: 5999,
      want: { kind: 'http', status: 404 },
    },
    {
      why: 'a virtual host answers its name',
      guest: running('hosted.service'),
      probe: get('/', { port: 81, host: 'WWW.bank.example:81' }),
      at: 1,
      want: { kind: 'http', status: 200 },
    },
    {
      why: 'and no other',
      guest: running('hosted.service'),
      probe: get('/', { port: 81 }),
      at: 1,
      want: { kind: 'http', status: 421 },
    },
  ] as const;
  for (const { why, guest, probe, at, want } of table) {
    it(why, () => assert.deepEqual(answer(guest, probe, at), want));
  }

  it('restarts only enabled units on a reboot', () => {
    const off = changeUnit(config, running(WEB), { name: WEB, at: 10_000, enabled: false });
    assert.equal(off.units[WEB]?.state, 'active', 'disabling does not stop');
    const after = boot(config, off, 20_000);
    assert.equal(after.units[WEB]?.state, 'inactive');
    assert.equal(after.units['sshd.service']?.state, 'active');
    assert.deepEqual({ boots: after.boots, bootedAt: after.bootedAt }, { boots: 2, bootedAt: 20_000 });
  });

  it('cannot start what fails, nor anything while off', () => {
    assert.equal(running('broken.service').units['broken.service']?.state, 'failed');
    assert.equal(changeUnit(config, linux(), { name: WEB, at: 0, active: true }).units[WEB]?.state, 'inactive');
  });

  it('has no units in Windows', () => {
    assert.deepEqual(newGuest(config, { instanceId: 'i-1', os: 'windows' }).units, {});
  });

  it('never lets a later change rewrite the past', () => {
    const step = fc.record({
      name: fc.constantFrom(WEB, 'hosted.service'),
      enabled: fc.boolean(),
      active: fc.boolean(),
      power: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let guest = linux();
        steps.forEach((one, index) => {
          const at = index * 3000;
          const seen = Array.from({ length: index }, (_, past) => answer(guest, get('/app/health'), past * 3000));
          if (one.power === 0) guest = halt(config, guest, at);
          else if (one.power === 1) guest = boot(config, guest, at);
          else guest = changeUnit(config, guest, { ...one, at });
          const again = Array.from({ length: index }, (_, past) => answer(guest, get('/app/health'), past * 3000));
          assert.deepEqual(again, seen);
        });
      }),
      { numRuns: 50 },
    );
  });
});

describe('guests section', () => {
  const wrong = [
    { why: 'misspelt key', section: { unit: {} }, says: /guests\.unit is unknown/ },
    {
      why: 'port out of range',
      section: { units: { a: { serves: [{ port: 0 }] } } },
      says: /guests\.units\.a\.serves\[0\]\.port/,
    },
    {
      why: 'status out of range',
      section: { units: { a: { serves: [{ port: 1, paths: { '/': 2 } }] } } },
      says: /paths must be a number/,
    },
    {
      why: 'path with white space',
      section: { units: { a: { serves: [{ port: 1, paths: { '/a b': 200 } }] } } },
      says: /no white space/,
    },
    {
      why: 'value that is not among the presets',
      section: { units: { a: { preset: 'maybe' } } },
      says: /preset must be one of/,
    },
    { why: 'a list', section: [], says: /guests must be an object/ },
  ];
  for (const { why, section, says } of wrong) {
    it(`refuses: ${why}`, () => assert.throws(() => parseGuests(section), says));
  }
});
