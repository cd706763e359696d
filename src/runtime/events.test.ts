import assert from 'node:assert/strict';
import { MemoryKube } from '../../test/support/memory-kube.ts';
import { VirtualClock, seededRandom } from '../../test/support/virtual-clock.ts';
import { silentLogger } from '../kernel/logger.ts';
import { ApiEventRecorder, type EventNote } from './events.ts';
import type { KubeObject, ResourceKind } from './kube-types.ts';
import { createMetrics } from './metrics.ts';

const KIND: ResourceKind = { group: 'test.io', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };
const object: KubeObject = { metadata: { namespace: 'ns', name: 'a', uid: 'u1', resourceVersion: '7' } };
const note: EventNote = { type: 'Normal', reason: 'Created', action: 'CreateServer', note: 'Created server i-1' };

async function setUp() {
  const clock = new VirtualClock();
  const kube = new MemoryKube();
  const metrics = createMetrics({ platform: false });
  const recorder = new ApiEventRecorder({
    kube,
    clock,
    random: seededRandom(1),
    log: silentLogger,
    meter: metrics.meter,
    controller: 'test.io/op',
    instance: 'pod-1',
  });
  const stop = new AbortController();
  const running = recorder.run(stop.signal);
  await clock.advance(0);
  const sent = (verb: string) => kube.operations.filter((operation) => operation.verb === verb);
  const has = async (line: string) => assert.ok((await metrics.render()).body.split('\n').includes(line), line);
  return { clock, kube, recorder, stop, running, sent, has };
}

describe('event recorder', () => {
  it('writes events.k8s.io/v1 events about the object', async () => {
    const { clock, recorder, sent } = await setUp();
    recorder.record(KIND, object, note);
    await clock.advance(0);
    assert.deepEqual(
      sent('create').map(({ body }) => body),
      [
        {
          metadata: { name: 'a.00000000-0000-4000-8000-000000000001', namespace: 'ns' },
          eventTime: '2026-01-01T00:00:00.000000Z',
          reportingController: 'test.io/op',
          reportingInstance: 'pod-1',
          action: 'CreateServer',
          reason: 'Created',
          type: 'Normal',
          note: 'Created server i-1',
          regarding: {
            apiVersion: 'test.io/v1',
            kind: 'Thing',
            namespace: 'ns',
            name: 'a',
            uid: 'u1',
            resourceVersion: '7',
          },
        },
      ],
    );
  });

  it('tells repeats as one series, at most twice a minute', async () => {
    const { clock, recorder, sent, has } = await setUp();
    for (let second = 0; second < 120; second++) {
      recorder.record(KIND, object, note);
      await clock.advance(1000);
    }
    await clock.advance(60_000);
    assert.equal(sent('create').length, 1);
    assert.ok(sent('patch').length <= 5, `${sent('patch').length}`);
    assert.deepEqual(sent('patch').at(-1)?.body, {
      kind: 'merge',
      body: { series: { count: 120, lastObservedTime: '2026-01-01T00:01:59.000000Z' } },
    });
    await has('operator_events_total{type="Normal",reason="Created"} 120');
  });

  it('begins a new event when a series rested', async () => {
    const { clock, recorder, sent } = await setUp();
    recorder.record(KIND, object, note);
    await clock.advance(400_000);
    recorder.record(KIND, object, note);
    await clock.advance(0);
    assert.equal(sent('create').length, 2);
  });

  it('tells a series anew when the server has forgotten the event', async () => {
    const { clock, kube, recorder, sent } = await setUp();
    recorder.record(KIND, object, note);
    await clock.advance(10_000);
    kube.interfere = ({ verb }) => (verb === 'patch' ? { kind: 'not-found', message: 'expired' } : undefined);
    recorder.record(KIND, object, note);
    await clock.advance(60_000);
    assert.equal(sent('create').length, 2);
  });

  it('lets one object burst and then write one event a minute, without hurting others', async () => {
    const { clock, recorder, sent, has } = await setUp();
    for (let server = 0; server < 100; server++)
      recorder.record(KIND, object, { ...note, note: `Created i-${server}` });
    const other = { metadata: { ...object.metadata, name: 'b', uid: 'u2' } };
    recorder.record(KIND, other, note);
    await clock.advance(1000);
    assert.equal(sent('create').length, 26);
    await has('operator_events_dropped_total{cause="rate"} 75');
    await clock.advance(60_000);
    recorder.record(KIND, object, { ...note, note: 'one more' });
    await clock.advance(0);
    assert.equal(sent('create').length, 27);
  });

  it('does not mind a namespace that terminates, and tries again when the server is away', async () => {
    const { clock, kube, recorder, sent, has } = await setUp();
    kube.interfere = () => ({ kind: 'forbidden', message: 'terminating', namespaceTerminating: true });
    recorder.record(KIND, object, note);
    await clock.advance(0);
    assert.equal(sent('create').length, 1);
    await has('operator_events_dropped_total{cause="forbidden"} 1');
    let failures = 2;
    kube.interfere = () => (failures-- > 0 ? { kind: 'unavailable', message: 'away' } : undefined);
    recorder.record(KIND, object, { ...note, reason: 'Other' });
    await clock.advance(5000);
    assert.equal(sent('create').length, 4);
  });

  it('is put into the namespace `default` for objects without one, and cut to what the server takes', async () => {
    const { clock, recorder, sent } = await setUp();
    const account = { metadata: { name: 'x'.repeat(253), uid: 'u3' } };
    recorder.record({ ...KIND, namespaced: false }, account, {
      ...note,
      note: 'y'.repeat(5000),
      action: 'z'.repeat(200),
    });
    await clock.advance(0);
    const body = JSON.parse(JSON.stringify(sent('create')[0]?.body));
    assert.equal(body.metadata.namespace, 'default');
    assert.ok(body.metadata.name.length <= 253);
    assert.deepEqual([body.note.length, body.action.length], [1024, 128]);
  });

  it('sends what is left when it is stopped', async () => {
    const { recorder, stop, running, sent, clock } = await setUp();
    recorder.record(KIND, object, note);
    stop.abort();
    await running;
    assert.equal(sent('create').length, 1);
    assert.equal(clock.pending, 0);
  });
});
