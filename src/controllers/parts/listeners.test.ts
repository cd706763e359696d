import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { adjustListener } from '../../cloud/slb/model.ts';
import { type Listener, effectiveListener } from '../../crds/index.ts';
import { listener } from '../../../test/support/builders.ts';
import { listenerRecord } from '../../../test/support/cloud-records.ts';
import { expectPlan, viewOf } from '../../../test/support/view.ts';
import { listenerSpecOf, planListeners, protocolOf } from './listeners.ts';

const plan = (listeners: readonly Listener[], live: readonly ReturnType<typeof listenerRecord>[]) =>
  planListeners(
    { name: 'web/lb', loadBalancerId: 'lb-1', listeners, needs: ['LoadBalancer:web/lb'] },
    viewOf({ records: { Listener: live } }),
  );

interface Row {
  readonly why: string;
  readonly live: readonly ReturnType<typeof listenerRecord>[];
  readonly declared?: readonly Listener[];
  readonly is: readonly string[];
}

const rows: readonly Row[] = [
  { why: 'as declared', live: [listenerRecord()], is: [] },
  { why: 'missing: made', live: [], is: ['Create Listener web/lb/HTTP/80'] },
  {
    why: 'a listener of another load balancer is another listener',
    live: [listenerRecord({ loadBalancerId: 'lb-2' })],
    is: ['Create Listener web/lb/HTTP/80'],
  },
  {
    why: 'made stopped, it is started (SLB-15)',
    live: [listenerRecord({ state: 'stopped' })],
    is: ['Start Listener web/lb/HTTP/80 (lb-1_http_80) state: stopped -> running'],
  },
  {
    why: 'stopped and changed: set back first, started when it is right',
    live: [listenerRecord({ state: 'stopped', healthPath: '/x' })],
    is: ['Update Listener web/lb/HTTP/80 (lb-1_http_80) healthPath: /x -> /'],
  },
  {
    why: 'while the cloud works on it nothing is sent',
    live: [listenerRecord({ state: 'configuring', healthPath: '/x' })],
    is: ['wait Listener web/lb/HTTP/80: is configuring'],
  },
  {
    why: 'a health path that somebody changed is set back (SLB-6)',
    live: [listenerRecord({ healthPath: '/x' })],
    is: ['Update Listener web/lb/HTTP/80 (lb-1_http_80) healthPath: /x -> /'],
  },
  {
    why: 'a check switched off is drift, and all of it comes back in one call (SLB-16)',
    live: [listenerRecord({ healthCheck: 'off' })],
    is: [
      'Update Listener web/lb/HTTP/80 (lb-1_http_80) healthCheck: off -> on, healthType: tcp -> http, healthPath:  -> /, healthPort: 0 -> 8080, healthIntervalSeconds: 0 -> 2, healthTimeoutSeconds: 0 -> 5, healthyThreshold: 0 -> 3, unhealthyThreshold: 0 -> 3, healthCodes: [] -> ["http_2xx"]',
    ],
  },
  {
    why: 'stickiness switched off is drift (SLB-8)',
    live: [listenerRecord({ stickySession: 'off', stickySeconds: 0 })],
    is: ['Update Listener web/lb/HTTP/80 (lb-1_http_80) stickySession: off -> insert, stickySeconds: 0 -> 3600'],
  },
  {
    why: 'a backend port cannot be changed in place',
    live: [listenerRecord({ backendPort: 9090, healthPort: 8080 })],
    is: ['report web/lb/HTTP/80.backendPort: 9090, declared 8080 [Forbidden]'],
  },
  {
    why: 'an undeclared listener is reported, never removed',
    live: [listenerRecord(), listenerRecord({ id: 'lb-1_tcp_443', protocol: 'tcp', port: 443 })],
    is: ['report web/lb/TCP/443: running, declared not declared [Disruptive]'],
  },
  {
    why: 'the same port of another protocol is another listener',
    live: [listenerRecord({ id: 'lb-1_https_80', protocol: 'https' })],
    is: ['Create Listener web/lb/HTTP/80', 'report web/lb/HTTPS/80: running, declared not declared [Disruptive]'],
  },
];

describe('planListeners', () => {
  for (const { why, live, declared, is } of rows) it(why, () => expectPlan(plan(declared ?? [listener()], live), is));

  it('makes a listener only once its load balancer is settled', () => {
    assert.deepEqual(plan([listener()], []).changes[0]?.needs, ['LoadBalancer:web/lb']);
  });

  it('sends the whole canonical listener, with only what differs marked', () => {
    const [change] = plan([listener()], [listenerRecord({ scheduler: 'wlc' })]).changes;
    assert.ok(change?.action.service === 'slb' && change.action.action.kind === 'UpdateListener');
    assert.deepEqual(change.action.action.set, { scheduler: 'rr' });
    assert.deepEqual(change.action.action.ref, { loadBalancerId: 'lb-1', protocol: 'http', port: 80 });
  });
});

const protocols = fc.constantFrom('HTTP', 'TCP', 'UDP');
const timing = {
  intervalSeconds: fc.integer({ min: 1, max: 50 }),
  timeoutSeconds: fc.integer({ min: 1, max: 300 }),
  healthyThreshold: fc.integer({ min: 1, max: 10 }),
  unhealthyThreshold: fc.integer({ min: 1, max: 10 }),
};
const anyListener: fc.Arbitrary<Listener> = protocols.chain((protocol) =>
  fc.record({
    protocol: fc.constant(protocol),
    port: fc.integer({ min: 1, max: 65_535 }),
    backendPort: fc.integer({ min: 1, max: 65_535 }),
    scheduler: fc.constantFrom('RoundRobin', 'WeightedRoundRobin', 'LeastConnections'),
    bandwidthMbps: fc.constantFrom(-1, 1, 1000),
    healthCheck:
      protocol === 'HTTP'
        ? fc.record({
            type: fc.constant('HTTP'),
            path: fc.constantFrom('/', '/app/health'),
            httpCodes: fc.uniqueArray(fc.constantFrom('HTTP2xx', 'HTTP3xx'), { minLength: 1 }),
            ...timing,
          })
        : fc.record({ type: fc.constant(protocol), ...timing }),
  }),
);

const sticky = (protocol: Listener['protocol']) =>
  listenerSpecOf(effectiveListener(listener({ protocol }))).stickySession;

describe('listenerSpecOf', () => {
  it('has no eternal difference: what is made as declared is as declared', () => {
    fc.assert(
      fc.property(anyListener, (declared) => {
        const protocol = protocolOf(declared);
        const spec = adjustListener(protocol, listenerSpecOf(effectiveListener(declared)));
        const live = listenerRecord({ ...spec, id: 'x', protocol, port: declared.port });
        expectPlan(plan([declared], [live]), []);
      }),
    );
  });

  it('sticks by cookie at layer 7, by source at TCP, not at all at UDP (SLB-8)', () => {
    assert.deepEqual([sticky('HTTP'), sticky('TCP'), sticky('UDP')], ['insert', 'source', 'off']);
    assert.equal(listenerSpecOf(effectiveListener(listener({ stickySession: { type: 'None' } }))).stickySession, 'off');
  });

  it('passes the client’s address on at layer 7 (SLB-21)', () => {
    assert.equal(listenerSpecOf(effectiveListener(listener())).forwardedFor, true);
    assert.equal(listenerSpecOf(effectiveListener(listener({ protocol: 'TCP' }))).forwardedFor, false);
  });
});
