import assert from 'node:assert/strict';
import { MemoryKube } from '../../test/support/memory-kube.ts';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { type Endpoints, openEndpoints } from './endpoints.ts';
import type { Kube, KubeResult } from './kube.ts';
import type { KubeObject, ResourceKind } from './kube-types.ts';
import { createMetrics } from './metrics.ts';

/** An API server that knows the tokens `good` and `weak`, and lets only `good` read metrics. */
class Reviewer extends MemoryKube {
  reviews = 0;
  away = false;

  override async create<T extends KubeObject>(kind: ResourceKind<T>, object: T): Promise<KubeResult<T>> {
    this.reviews += 1;
    if (this.away) return { kind: 'unavailable', message: 'away' };
    const spec = JSON.stringify(object.spec);
    const known = /"token":"(good|weak)"/.exec(spec)?.[1];
    const status =
      kind.kind === 'TokenReview'
        ? { authenticated: known !== undefined, user: { username: known, groups: ['g'] } }
        : { allowed: spec.includes('"user":"good"') && spec.includes('"path":"/metrics","verb":"get"') };
    return { kind: 'ok', value: { ...object, status } };
  }
}

describe('metrics endpoint', () => {
  let endpoints: Endpoints;
  let kube: Reviewer;
  let clock: VirtualClock;
  beforeEach(async () => {
    kube = new Reviewer();
    clock = new VirtualClock();
    endpoints = await open(kube);
  });
  afterEach(() => endpoints.close());

  function open(server: Kube): Promise<Endpoints> {
    return openEndpoints({
      health: { host: '127.0.0.1', port: 0 },
      metricsEndpoint: { host: '127.0.0.1', port: 0, auth: true },
      kube: server,
      clock,
      log: silentLogger,
      metrics: createMetrics(),
      live: () => [],
      ready: () => [
        {
          name: 'broken',
          check: () => {
            throw new Error('defect');
          },
        },
      ],
    });
  }

  async function scrape(authorization?: string, method = 'GET'): Promise<{ status: number; body: string }> {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const response = await fetch(`http://127.0.0.1:${endpoints.metrics}/metrics`, { method, headers });
    return { status: response.status, body: await response.text() };
  }

  const cases = [
    { why: 'nobody is let in without a token', authorization: undefined, status: 401 },
    { why: 'a password is no token', authorization: 'Basic Z29vZA==', status: 401 },
    { why: 'an unknown token is nobody', authorization: 'Bearer bad', status: 401 },
    { why: 'a known user needs the right', authorization: 'Bearer weak', status: 403 },
    { why: 'with the right it is shown', authorization: 'Bearer good', status: 200 },
  ];
  for (const { why, authorization, status } of cases) {
    it(why, async () => assert.equal((await scrape(authorization)).status, status));
  }

  it('shows process and Node metrics', async () => {
    const { body } = await scrape('Bearer good');
    assert.match(body, /^process_cpu_seconds_total /m);
    assert.match(body, /^nodejs_eventloop_lag_seconds /m);
  });

  it('asks once a minute for a token, and again at once when it got no answer', async () => {
    for (let n = 0; n < 5; n++) await scrape('Bearer good');
    assert.equal(kube.reviews, 2);
    await clock.advance(60_000);
    kube.away = true;
    assert.equal((await scrape('Bearer good')).status, 503);
    kube.away = false;
    assert.equal((await scrape('Bearer good')).status, 200);
  });

  it('answers GET and HEAD only', async () => {
    assert.equal((await scrape('Bearer good', 'POST')).status, 405);
    assert.deepEqual(await scrape('Bearer good', 'HEAD'), { status: 200, body: '' });
  });

  it('takes a check that throws for a failed one', async () => {
    const response = await fetch(`http://127.0.0.1:${endpoints.health}/readyz`);
    assert.equal(response.status, 503);
    assert.match(await response.text(), /\[-\]broken failed/);
  });
});
