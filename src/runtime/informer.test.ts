import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { LoopbackApi } from '../../test/support/loopback-api.ts';
import { hang, json, refuse, reset } from '../../test/support/loopback-wire.ts';
import { VirtualClock, seededRandom, until } from '../../test/support/virtual-clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { Informer } from './informer.ts';
import { createKube } from './kube-api.ts';
import { connect } from './kube-client.ts';
import { keyOf } from './kube-types.ts';
import { createMetrics } from './metrics.ts';

const KIND = { group: 'test.io', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };
const PATH = '/apis/test.io/v1/things';

const thing = (name: string, fields: object = {}) => ({ metadata: { namespace: 'ns', name }, ...fields });

const close = (_request: unknown, response: ServerResponse): void => {
  response.writeHead(200);
  response.end();
};

class World {
  readonly clock = new VirtualClock();
  readonly metrics = createMetrics({ platform: false });
  readonly changes: string[] = [];
  readonly stop = new AbortController();
  readonly api: LoopbackApi;
  readonly informer: Informer<ReturnType<typeof thing>>;
  run: Promise<void> | undefined;

  private constructor(api: LoopbackApi, informer: (world: World) => World['informer']) {
    this.api = api;
    this.informer = informer(this);
    this.informer.onChange((change) => {
      const { metadata } = change.object as { metadata: { name: string; uid?: string } };
      this.changes.push(`${change.kind} ${metadata.name} ${metadata.uid}`);
    });
  }

  static async start({ run = true, namespaces = [] as string[] } = {}): Promise<World> {
    const api = await LoopbackApi.start();
    const clock = new VirtualClock();
    const connection = await connect({ kind: 'address', url: api.url }, clock);
    const world = new World(api, ({ clock, metrics }) => {
      const kube = createKube({ connection, clock, meter: metrics.meter });
      const common = { kube, clock, random: seededRandom(1), log: silentLogger, meter: metrics.meter, namespaces };
      return new Informer({ ...common, kind: KIND });
    });
    if (run) world.run = world.informer.run(world.stop.signal);
    return world;
  }

  /** Waits for I/O and moves time in small steps until the condition holds; gives the virtual time it took. */
  async reach(condition: () => boolean, { stepMs = 100, limitMs = 120_000 } = {}): Promise<number> {
    const start = this.clock.monotonic();
    const limit = start + limitMs;
    for (;;) {
      for (let turn = 0; turn < 3 && !condition(); turn++) await new Promise((resolve) => setTimeout(resolve, 1));
      if (condition()) return this.clock.monotonic() - start;
      if (this.clock.monotonic() > limit) throw new Error(`Not reached within ${limitMs} ms of virtual time`);
      await this.clock.advance(stepMs);
    }
  }

  /** Lets time pass, with room for I/O each second. */
  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 1000) {
      await this.clock.advance(1000);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  }

  async watching(): Promise<void> {
    await this.reach(() => this.api.openWatches === 1 && this.informer.synced);
  }

  async metric(line: string): Promise<boolean> {
    return (await this.metrics.render()).body.split('\n').includes(line);
  }

  async end(): Promise<void> {
    this.stop.abort();
    await this.run;
    await this.api.stop();
  }
}

describe('informer', () => {
  let world: World;
  afterEach(() => world.end());

  /** A world that follows one object. */
  async function follow(): Promise<void> {
    world = await World.start();
    world.api.put(PATH, thing('a'));
    await world.watching();
    await world.reach(() => world.changes.length === 1);
  }

  /** Whatever happened, later changes arrive. */
  async function stillFollows(): Promise<void> {
    world.api.put(PATH, thing('later'));
    await world.reach(() => world.informer.get('ns/later') !== undefined);
  }

  it('lists in pages, then watches from the version of the list with bookmarks and a time limit', async () => {
    world = await World.start({ run: false });
    for (let n = 0; n < 1001; n++)
      world.api.put(PATH, thing(`t${n}`, { metadata: { namespace: 'ns', name: `t${n}`, managedFields: [1] } }));
    world.run = world.informer.run(world.stop.signal);
    await world.watching();
    assert.equal(world.informer.size, 1001);
    assert.equal(world.api.count('list'), 3);
    assert.equal(world.api.requests[0]?.query.get('limit'), '500');
    const watch = world.api.requests.find(({ query }) => query.has('watch'));
    assert.equal(watch?.query.get('resourceVersion'), world.api.version);
    assert.equal(watch?.query.get('allowWatchBookmarks'), 'true');
    const seconds = Number(watch?.query.get('timeoutSeconds'));
    assert.ok(seconds >= 300 && seconds <= 600, `${seconds}`);
    assert.equal('managedFields' in (world.informer.get('ns/t7')?.metadata ?? {}), false);
  });

  it('is synced only after a whole list, though the first lists fail (500, hang, reset)', async () => {
    world = await World.start({ run: false });
    world.api.fail('list', refuse(500, 'InternalError'));
    world.api.fail('list', hang);
    world.api.fail('list', reset);
    world.api.put(PATH, thing('a'));
    world.run = world.informer.run(world.stop.signal);
    await world.reach(() => world.api.count('list') === 1);
    assert.equal(world.informer.synced, false);
    assert.match(world.informer.trouble() ?? '', /not listed yet/);
    await world.reach(() => world.informer.synced, { stepMs: 500 });
    assert.deepEqual(world.changes, ['added a uid-1']);
    assert.equal(world.api.count('list'), 4);
  });

  it('tells of changes in the turn in which they arrive', async () => {
    await follow();
    world.api.put(PATH, thing('a', { spec: 1 }));
    world.api.put(PATH, thing('b'));
    world.api.remove(PATH, 'ns/a');
    await until(() => world.changes.length === 4);
    assert.deepEqual(world.changes, ['added a uid-1', 'updated a uid-1', 'added b uid-2', 'deleted a uid-1']);
  });

  it('reconnects within a second of a reset, from the last version, and misses nothing', async () => {
    await follow();
    world.api.cutWatches('reset');
    world.api.put(PATH, thing('b'));
    const took = await world.reach(() => world.api.openWatches === 1);
    assert.ok(took <= 1100, `${took} ms`);
    await world.reach(() => world.informer.get('ns/b') !== undefined);
    assert.equal(world.api.count('list'), 1);
  });

  it('survives a reset in the middle of an event', async () => {
    await follow();
    world.api.say(PATH, '{"type":"MODIFIED","object":{"metadata":{"na');
    world.api.cutWatches('reset');
    await world.reach(() => world.api.count('watch') === 2);
    await stillFollows();
    assert.equal(world.api.count('list'), 1);
  });

  for (const { why, fault } of [
    { why: '503', fault: refuse(503, 'ServiceUnavailable') },
    { why: '401', fault: refuse(401, 'Unauthorized') },
    { why: '403', fault: refuse(403, 'Forbidden') },
    { why: '404, the definition of the kind was removed', fault: refuse(404, 'NotFound') },
    { why: '410', fault: refuse(410, 'Expired') },
    { why: 'a page of HTML', fault: (_request: unknown, response: ServerResponse) => void response.end('<html>') },
  ]) {
    it(`comes back from a watch that is answered with ${why}`, async () => {
      await follow();
      world.api.fail('watch', fault, 3);
      world.api.cutWatches('reset');
      await world.reach(() => world.api.count('watch') >= 4 && world.api.openWatches === 1);
      await stillFollows();
    });
  }

  it('waits as long as a 429 asks, with every request', async () => {
    await follow();
    world.api.fail('watch', refuse(429, 'TooManyRequests', { 'retry-after': '20' }));
    world.api.cutWatches('reset');
    await world.reach(() => world.api.count('watch') === 2);
    const took = await world.reach(() => world.api.count('watch') === 3, { stepMs: 500 });
    assert.ok(took >= 20_000 && took < 25_000, `${took} ms`);
    await stillFollows();
  });

  it('asks at most once in two seconds when the server closes every watch at once', async () => {
    await follow();
    world.api.fail('watch', close, Infinity);
    world.api.cutWatches('close');
    await world.pass(60_000);
    const before = world.api.count('watch');
    await world.pass(120_000);
    const rate = (world.api.count('watch') - before) / 120;
    assert.ok(rate > 0 && rate <= 0.5, `${rate} a second`);
    world.api.heal();
    await world.reach(() => world.api.openWatches === 1);
    await stillFollows();
  });

  it('renews a watch at once that closed cleanly after a good while', async () => {
    await follow();
    await world.clock.advance(60_000);
    world.api.cutWatches('close');
    await until(() => world.api.openWatches === 1 && world.api.count('watch') === 2);
    assert.equal(world.api.count('list'), 1);
  });

  it('notices silence after 90 s and lists again, but not while bookmarks come', async () => {
    await follow();
    for (let minute = 0; minute < 5; minute++) {
      await world.clock.advance(60_000);
      world.api.bookmark(PATH);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(world.api.count('watch'), 1);
    world.api.put(PATH, thing('b'), { silently: true });
    const took = await world.reach(() => world.api.count('list') === 2, { stepMs: 1000 });
    assert.ok(took >= 89_000 && took <= 92_000, `${took} ms`);
    await world.reach(() => world.informer.get('ns/b') !== undefined);
  });

  it('watches on from a bookmark, so that a quiet kind is not listed again after a compaction', async () => {
    await follow();
    world.api.put('/apis/test.io/v1/others', thing('o'));
    world.api.bookmark(PATH);
    await new Promise((resolve) => setTimeout(resolve, 10));
    world.api.compact();
    world.api.cutWatches('reset');
    await world.reach(() => world.api.openWatches === 1);
    assert.equal(world.api.count('list'), 1);
  });

  it('lists again after a compaction, tells what was missed, and nothing else', async () => {
    await follow();
    world.api.put(PATH, thing('b'));
    await world.reach(() => world.changes.length === 2);
    world.api.cutWatches('reset');
    world.api.remove(PATH, 'ns/a');
    world.api.put(PATH, thing('c'));
    world.api.compact();
    await world.reach(() => world.api.openWatches === 1 && world.api.count('list') === 2);
    assert.deepEqual(world.changes.slice(2), ['added c uid-3', 'deleted a uid-1']);
    assert.ok(await world.metric('operator_informer_watch_ends_total{kind="Thing",reason="server-error"} 1'));
  });

  it('backs off while every list is answered with 410', async () => {
    await follow();
    world.api.fail('list', refuse(410, 'Expired'), Infinity);
    world.api.compact();
    world.api.put(PATH, thing('b'), { silently: true });
    world.api.cutWatches('reset');
    world.api.compact();
    await world.pass(60_000);
    assert.ok(world.api.count('list') <= 10, `${world.api.count('list')} lists in a minute`);
    world.api.heal();
    await world.reach(() => world.informer.get('ns/b') !== undefined, { stepMs: 500 });
  });

  it('starts a paged list over when its continue token expires', async () => {
    world = await World.start({ run: false });
    for (let n = 0; n < 700; n++) world.api.put(PATH, thing(`t${n}`));
    world.api.fail(({ query }) => query.has('continue'), refuse(410, 'Expired'));
    world.run = world.informer.run(world.stop.signal);
    await world.watching();
    assert.equal(world.informer.size, 700);
  });

  for (const line of [
    '{"type":"ERROR","object":{"kind":"Status","code":500}}\n',
    '{"type":"MODI\n',
    '{"type":"NEWS","object":{}}\n',
  ]) {
    it(`lists again after the line ${line.trim()}`, async () => {
      await follow();
      world.api.put(PATH, thing('b'), { silently: true });
      world.api.say(PATH, line);
      await world.reach(() => world.informer.get('ns/b') !== undefined && world.api.openWatches === 1);
      assert.equal(world.api.count('list'), 2);
    });
  }

  it('tells deletion and creation when an object was replaced by another of its name unseen', async () => {
    await follow();
    world.api.cutWatches('reset');
    world.api.remove(PATH, 'ns/a', { silently: true });
    world.api.put(PATH, thing('a'), { silently: true });
    world.api.compact();
    await world.reach(() => world.changes.length === 3);
    assert.deepEqual(world.changes, ['added a uid-1', 'deleted a uid-1', 'added a uid-2']);
  });

  it('ignores replays of what it knows and of what is gone', async () => {
    await follow();
    const old = world.api.get(PATH, 'ns/a');
    world.api.put(PATH, thing('a', { spec: 2 }));
    world.api.put(PATH, thing('b'));
    world.api.remove(PATH, 'ns/b');
    await until(() => world.changes.length === 4);
    world.api.say(PATH, `${JSON.stringify({ type: 'MODIFIED', object: old })}\n`);
    world.api.say(
      PATH,
      `${JSON.stringify({ type: 'ADDED', object: { ...thing('b'), metadata: { ...thing('b').metadata, uid: 'uid-2', resourceVersion: '13' } } })}\n`,
    );
    await stillFollows();
    assert.equal(world.changes.length, 5);
    assert.ok(await world.metric('operator_informer_events_total{kind="Thing",type="IGNORED"} 2'));
  });

  it('refuses a list from the past, and takes it once the server insists', async () => {
    await follow();
    const past = JSON.stringify(world.api.get(PATH, 'ns/a'));
    world.api.put(PATH, thing('a', { spec: 2 }));
    await until(() => world.changes.length === 2);
    const answer = { metadata: { resourceVersion: '11' }, items: [JSON.parse(past)] };
    world.api.fail('list', (_request, response) => json(response, 200, answer), Infinity);
    world.api.fail('watch', refuse(410, 'Expired'), Infinity);
    world.api.cutWatches('reset');
    await world.reach(() => world.api.count('list') === 3);
    assert.equal(world.changes.length, 2);
    await world.reach(() => world.changes.length === 3, { stepMs: 1000, limitMs: 200_000 });
    assert.equal(keyOf(world.informer.get('ns/a')?.metadata ?? { name: '' }), 'ns/a');
    assert.deepEqual(world.informer.get('ns/a'), JSON.parse(past));
  });

  it('lives on when a handler throws, and the others still hear', async () => {
    world = await World.start({ run: false });
    world.informer.onChange(() => {
      throw new Error('broken handler');
    });
    const heard: string[] = [];
    world.informer.onChange(({ object }) => void heard.push(object.metadata.name));
    world.run = world.informer.run(world.stop.signal);
    await world.watching();
    world.api.put(PATH, thing('a'));
    await until(() => heard.length === 1);
    assert.ok(await world.metric('operator_informer_handler_exceptions_total{kind="Thing"} 1'));
    await stillFollows();
  });

  it('has exactly one watch when started twice, and none when stopped', async () => {
    world = await World.start({ run: false });
    const first = world.informer.run(world.stop.signal);
    const second = world.informer.run(world.stop.signal);
    await world.watching();
    assert.equal(world.api.count('watch'), 1);
    world.stop.abort();
    await Promise.all([first, second]);
    await until(() => world.api.openWatches === 0);
  });

  it('opens no watch when it is stopped during a wait', async () => {
    await follow();
    world.api.fail('watch', refuse(503, 'ServiceUnavailable'), Infinity);
    world.api.cutWatches('reset');
    await world.reach(() => world.api.count('watch') === 3);
    const before = world.api.requests.length;
    world.stop.abort();
    await world.run;
    await world.clock.advance(120_000);
    assert.equal(world.api.requests.length, before);
    assert.equal(world.clock.pending, 0);
  });

  it('is unhealthy after a minute without the server, and healthy again afterwards', async () => {
    await follow();
    assert.equal(world.informer.trouble(), undefined);
    world.api.fail(() => true, refuse(503, 'ServiceUnavailable'), Infinity);
    world.api.cutWatches('reset');
    const took = await world.reach(() => world.informer.trouble() !== undefined, { stepMs: 1000 });
    assert.ok(took >= 59_000 && took < 70_000, `${took} ms`);
    assert.ok(await world.metric('operator_informer_healthy{kind="Thing"} 0'));
    world.api.heal();
    await world.reach(() => world.informer.trouble() === undefined);
    await world.pass(60_000);
    world.api.cutWatches('close');
    await until(() => world.api.openWatches === 1);
    assert.equal(world.informer.trouble(), undefined, 'a routine renewal is no trouble');
  });

  it('finds, counts and repairs what the watch did not deliver', async () => {
    await follow();
    world.api.put(PATH, thing('gone'));
    await until(() => world.informer.size === 2);
    world.api.put(PATH, thing('a', { spec: 'missed' }), { silently: true });
    world.api.put(PATH, thing('b'), { silently: true });
    world.api.remove(PATH, 'ns/gone', { silently: true });
    world.api.put(PATH, thing('c'));
    await until(() => world.informer.size === 3);
    const [end] = await world.informer.audit(world.stop.signal);
    assert.deepEqual(end, {
      kind: 'audited',
      misses: [
        { key: 'ns/a', change: 'updated' },
        { key: 'ns/b', change: 'added' },
        { key: 'ns/gone', change: 'deleted' },
      ],
    });
    assert.deepEqual(
      world.informer
        .list()
        .map(({ metadata }) => metadata.name)
        .toSorted(),
      ['a', 'b', 'c'],
    );
    assert.ok(await world.metric('operator_informer_missed_changes_total{kind="Thing",change="added"} 1'));
    const [again] = await world.informer.audit(world.stop.signal);
    assert.deepEqual(again, { kind: 'audited', misses: [] });
  });

  it('compares with the server every half hour and finds nothing in a healthy world', async () => {
    await follow();
    const bookmarks = async (): Promise<void> => {
      for (let minute = 0; minute < 34; minute++) {
        await world.clock.advance(60_000);
        world.api.bookmark(PATH);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    await bookmarks();
    assert.equal(world.api.count('list'), 2);
    assert.equal(world.api.count('watch'), 1);
    assert.ok(!(await world.metrics.render()).body.includes('operator_informer_missed_changes_total{'));
  });

  it('watches each namespace by itself when told which', async () => {
    world = await World.start({ namespaces: ['ns', 'other'] });
    for (const namespace of ['ns', 'other', 'third']) {
      world.api.put(`/apis/test.io/v1/namespaces/${namespace}/things`, { metadata: { namespace, name: 'a' } });
    }
    await world.reach(() => world.api.openWatches === 2 && world.informer.size === 2);
    assert.equal(world.informer.get('third/a'), undefined);
    assert.equal(world.informer.list('other').length, 1);
  });

  it('keeps indexes through every change', async () => {
    world = await World.start({ run: false });
    world.informer.addIndex('spec', (object) => ('spec' in object ? [String(object.spec)] : []));
    world.run = world.informer.run(world.stop.signal);
    const names = (value: string) => world.informer.byIndex('spec', value).map(({ metadata }) => metadata.name);
    world.api.put(PATH, thing('a', { spec: 'x' }));
    world.api.put(PATH, thing('b', { spec: 'x' }));
    await world.reach(() => names('x').length === 2);
    world.api.put(PATH, thing('a', { spec: 'y' }));
    world.api.remove(PATH, 'ns/b');
    await world.reach(() => names('x').length === 0);
    assert.deepEqual(names('y'), ['a']);
    assert.throws(() => world.informer.byIndex('unknown', 'x'), /No index unknown/);
  });
});
