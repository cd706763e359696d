// What absent fields mean, and which ports the internet may reach.
import assert from 'node:assert/strict';
import { effectiveDeletionPolicy, effectiveListener } from './effective.ts';
import type { Listener } from './environment.ts';
import { isInternetPort } from './ports.ts';

const listener = (protocol: Listener['protocol'], rest: Partial<Listener> = {}): Listener => ({
  protocol,
  port: 443,
  backendPort: 8443,
  scheduler: 'RoundRobin',
  bandwidthMbps: -1,
  ...rest,
});
const timing = { intervalSeconds: 2, timeoutSeconds: 5, healthyThreshold: 3, unhealthyThreshold: 3 } as const;

describe('effectiveListener', () => {
  it('SLB-8, SLB-16: stickiness and check are on by the protocol’s own means', () => {
    const got = (['HTTP', 'TCP', 'UDP'] as const).map((protocol) => {
      const { stickySession, healthCheck } = effectiveListener(listener(protocol));
      return [stickySession, healthCheck];
    });
    assert.deepEqual(got, [
      [
        { type: 'InsertCookie', cookieTimeoutSeconds: 3600 },
        { type: 'HTTP', path: '/', httpCodes: ['HTTP2xx'], ...timing },
      ],
      [
        { type: 'SourceAddress', persistenceTimeoutSeconds: 3600 },
        { type: 'TCP', ...timing },
      ],
      [{ type: 'None' }, { type: 'UDP', ...timing }],
    ]);
  });

  it('keeps what is declared', () => {
    const declared = listener('TCP', {
      stickySession: { type: 'None' },
      healthCheck: { type: 'HTTP', path: '/app/', httpCodes: ['HTTP3xx'], ...timing },
    });
    assert.deepEqual(effectiveListener(declared), declared);
  });
});

describe('effectiveDeletionPolicy', () => {
  it('is the object’s own, else the environment’s', () => {
    const environment = { spec: { deletionPolicy: 'Delete' } } as const;
    assert.equal(effectiveDeletionPolicy({}, environment), 'Delete');
    assert.equal(effectiveDeletionPolicy({ deletionPolicy: 'Retain' }, environment), 'Retain');
  });
});

describe('isInternetPort', () => {
  const cases: readonly (readonly [number, boolean, string])[] = [
    [80, true, 'the guide’s own'],
    [443, true, 'the guide’s own'],
    [2800, true, 'the lower edge'],
    [3300, true, 'the upper edge'],
    [8080, true, 'not excluded'],
    [22225, true, 'added since the guide'],
    [5000, false, 'the lower edge, excluded'],
    [13000, false, 'the lower edge, excluded'],
    [8000, false, 'excluded inside a range'],
    [81, false, 'outside'],
    [2799, false, 'just outside'],
    [10001, false, 'just outside'],
  ];
  for (const [port, expected, why] of cases)
    it(`${port} is ${expected ? 'open' : 'refused'}: ${why}`, () => {
      assert.equal(isInternetPort(port), expected);
    });
});
