// A stream of changes over a watch that is cut, refused, silent or torn all the time: every change must be in the cache, and none
// later than silence is noticed. Real sockets; time is virtual and moves only when everything that was sent has arrived.
import type { ServerResponse } from 'node:http';
import type { Random } from '../../../src/kernel/random.ts';
import { silentLogger } from '../../../src/kernel/logger.ts';
import { Informer } from '../../../src/runtime/informer.ts';
import { createKube } from '../../../src/runtime/kube-api.ts';
import { connect } from '../../../src/runtime/kube-client.ts';
import { createMetrics } from '../../../src/runtime/metrics.ts';
import { reflectorTimings } from '../../../src/runtime/reflector.ts';
import { LoopbackApi } from '../../support/loopback-api.ts';
import { json, refuse, reset } from '../../support/loopback-wire.ts';
import { VirtualClock, seededRandom } from '../../support/virtual-clock.ts';

/** How many changes, by which seed. */
export interface WatchOptions {
  readonly changes: number;
  readonly seed: number;
}

/** What came of it. */
export interface Watched {
  readonly changes: number;
  readonly cuts: Readonly<Record<string, number>>;
  readonly watches: number;
  readonly lists: number;
  /** Changes that were not in the cache when everything had come to rest. */
  readonly missed: readonly string[];
  /** What the periodic comparison of cache and server found. */
  readonly foundByAudit: number;
  /** Longest time from a change until the cache held it or something newer, in virtual milliseconds, by the trouble before it. */
  readonly latestMs: Readonly<Record<string, number>>;
  /** Changes that came later than `boundMs`. */
  readonly late: readonly string[];
  readonly timersLeft: number;
}

const { livenessMs, backoff } = reflectorTimings;
/** The longest wait after a refusal or a cut: a random share of up to 1 is added. */
const BACKOFF_MS = 2 * backoff.longestMs;
/** Virtual time moves from timer to timer, so what arrives at once may be seen at the next one. */
const AT_ONCE_MS = 1000;

/** No change may be later than this: silence is noticed after 90 s, and each refusal or cut costs one wait of at most 60 s. */
export const boundMs = ({ silently = false, refusals }: Trouble): number =>
  AT_ONCE_MS + (silently ? livenessMs : 0) + refusals * BACKOFF_MS;

const KIND = { group: 'test.io', version: 'v1', plural: 'things', kind: 'Thing', namespaced: true };
const PATH = '/apis/test.io/v1/things';
const OBJECTS = 200;
const MOST_IN_A_BURST = 100;
const TURNS = 40;
/** What is not there by then is missed. */
const LIMIT_MS = 1_000_000;

interface Thing {
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
  };
}
/** A change on its way: until the object has this version or a later one, or is gone. */
interface Underway {
  readonly key: string;
  readonly version: number;
  readonly gone: boolean;
  readonly at: number;
  readonly trouble: Trouble;
}

const close = (_request: unknown, response: ServerResponse): void => void response.end();

/** Something that happens to the watch before or in the middle of a burst. */
export interface Trouble {
  readonly name: string;
  /** Cuts and refusals that it means, a 410 after a compaction included. */
  readonly refusals: number;
  /** The burst is made without a word over the watch. */
  readonly silently?: boolean;
  readonly before: (api: LoopbackApi) => void;
}

const TROUBLES: readonly Trouble[] = [
  { name: 'none', refusals: 0, before: () => undefined },
  { name: 'closed', refusals: 1, before: (api) => api.cutWatches('close') },
  { name: 'reset', refusals: 1, before: (api) => api.cutWatches('reset') },
  {
    name: 'reset in the middle of an event',
    refusals: 1,
    before: (api) => {
      api.say(PATH, '{"type":"MODIFIED","object":{"metadata":{"na');
      api.cutWatches('reset');
    },
  },
  { name: 'torn line', refusals: 1, silently: true, before: (api) => api.say(PATH, '{"type":"MODI\n') },
  {
    name: 'error in the stream',
    refusals: 1,
    silently: true,
    before: (api) => api.say(PATH, '{"type":"ERROR","object":{"code":500}}\n'),
  },
  { name: 'refused twice with 503', refusals: 3, before: (api) => again(api, refuse(503, 'ServiceUnavailable'), 2) },
  {
    name: 'refused with 429',
    refusals: 2,
    before: (api) => again(api, refuse(429, 'TooManyRequests', { 'retry-after': '5' }), 1),
  },
  { name: 'reset twice when asked again', refusals: 3, before: (api) => again(api, reset, 2) },
  { name: 'closed at once', refusals: 3, before: (api) => again(api, close, 2) },
  { name: 'compacted', refusals: 2, before: (api) => (api.cutWatches('reset'), api.compact()) },
  {
    name: 'compacted, and the list fails',
    refusals: 4,
    before: (api) => {
      api.fail('list', (_request, response) => json(response, 500, {}), 2);
      api.cutWatches('reset');
      api.compact();
    },
  },
  { name: 'silent', refusals: 0, silently: true, before: () => undefined },
];

function again(api: LoopbackApi, fault: Parameters<LoopbackApi['fail']>[1], times: number): void {
  api.fail('watch', fault, times);
  api.cutWatches('reset');
}

/** One server, one cache, and the changes between them. */
class Stream {
  readonly clock = new VirtualClock();
  readonly metrics = createMetrics({ platform: false });
  readonly api: LoopbackApi;
  readonly informer: Informer<Thing>;
  readonly #random: Random;
  #underway: readonly Underway[] = [];
  readonly latest = new Map<string, number>();
  readonly late: string[] = [];

  private constructor(api: LoopbackApi, random: Random, make: (stream: Stream) => Informer<Thing>) {
    this.api = api;
    this.#random = random;
    this.informer = make(this);
  }

  static async open(seed: number): Promise<Stream> {
    const api = await LoopbackApi.start();
    const clock = new VirtualClock();
    const connection = await connect({ kind: 'address', url: api.url }, clock);
    return new Stream(api, seededRandom(seed), ({ clock, metrics }) => {
      const kube = createKube({ connection, clock, meter: metrics.meter });
      const common = { kube, clock, random: seededRandom(seed), log: silentLogger, meter: metrics.meter };
      return new Informer<Thing>({ ...common, namespaces: [], kind: KIND });
    });
  }

  /** Makes changes one after the other; every tenth takes an object away. */
  burst(count: number, trouble: Trouble): void {
    const { silently = false } = trouble;
    const made = Array.from({ length: count }, (): Underway => {
      const key = `ns/t${Math.floor(this.#random.next() * OBJECTS)}`;
      const gone = this.api.get(PATH, key) !== undefined && this.#random.next() < 0.1;
      if (gone) this.api.remove(PATH, key, { silently });
      else this.api.put(PATH, { metadata: { namespace: 'ns', name: key.slice(3) } }, { silently });
      return { key, version: Number(this.api.version), gone, at: this.clock.monotonic(), trouble };
    });
    this.#underway = [...this.#underway, ...made];
  }

  #arrived({ key, version, gone }: Underway): boolean {
    const held = this.informer.get(key)?.metadata.resourceVersion;
    const isNewer = held !== undefined && Number(held) >= version;
    // Gone is also what was made anew since; and what was changed may be gone since.
    return isNewer || (held === undefined && (gone || this.api.get(PATH, key) === undefined));
  }

  /** Nothing is under way and the watch is open again. */
  get #calm(): boolean {
    return this.#underway.length === 0 && this.api.openWatches === 1;
  }

  /** Moves time from timer to timer until the cache holds everything, for at most `limitMs`; gives what it does not hold. */
  async settle(limitMs: number): Promise<readonly Underway[]> {
    const end = this.clock.monotonic() + limitMs;
    for (;;) {
      for (let turn = 0; turn < TURNS && !this.#calm; turn++) {
        // Both ends are in this process: what was written arrives within a few turns of its loop.
        await new Promise((resolve) => (turn < TURNS - 5 ? setImmediate(resolve) : setTimeout(resolve, 1)));
        this.#note();
      }
      if (this.#calm || this.clock.monotonic() >= end) return this.#underway;
      await this.clock.advance(Math.max(1, this.clock.nextTimerMs ?? AT_ONCE_MS));
    }
  }

  #note(): void {
    const now = this.clock.monotonic();
    this.#underway = this.#underway.filter((change) => {
      if (!this.#arrived(change)) return true;
      const took = now - change.at;
      const { name } = change.trouble;
      this.latest.set(name, Math.max(took, this.latest.get(name) ?? 0));
      if (took > boundMs(change.trouble))
        this.late.push(`${change.key} version ${change.version}: ${took} ms, ${name}`);
      return false;
    });
  }
}

async function missesOf(stream: Stream, signal: AbortSignal): Promise<number> {
  const ends = await stream.informer.audit(signal);
  return ends.reduce((sum, end) => sum + (end.kind === 'audited' ? end.misses.length : 0), 0);
}

/** Makes the changes in bursts, each after a trouble of the watch, and follows them into the cache. */
export async function watch({ changes, seed }: WatchOptions): Promise<Watched> {
  const stream = await Stream.open(seed);
  const random = seededRandom(seed + 1);
  const stop = new AbortController();
  const running = stream.informer.run(stop.signal);
  const cuts: Record<string, number> = {};
  let foundByAudit = 0;
  let made = 0;
  let missing: readonly Underway[] = [];
  try {
    while (made < changes && missing.length === 0) {
      const trouble = TROUBLES[Math.floor(random.next() * TROUBLES.length)];
      if (trouble === undefined) break;
      const count = Math.min(changes - made, 1 + Math.floor(random.next() * MOST_IN_A_BURST));
      cuts[trouble.name] = (cuts[trouble.name] ?? 0) + 1;
      // A trouble in the middle of a burst meets changes on both sides of it.
      const early = trouble.silently === true ? 0 : Math.floor(random.next() * count);
      stream.burst(early, trouble);
      stream.api.heal();
      trouble.before(stream.api);
      stream.burst(count - early, trouble);
      made += count;
      missing = await stream.settle(LIMIT_MS);
      if (random.next() < 0.2) await stream.clock.advance(Math.floor(random.next() * 60_000));
    }
    if (missing.length === 0) foundByAudit = await missesOf(stream, stop.signal);
  } finally {
    stop.abort();
    await running;
    await stream.api.stop();
  }
  const missed = missing.map(({ key, version, trouble }) => `${key} version ${version}, ${trouble.name}`);
  const latestMs = Object.fromEntries(stream.latest);
  const [watches, lists] = [stream.api.count('watch'), stream.api.count('list')];
  const timersLeft = stream.clock.pending;
  return { changes: made, cuts, watches, lists, missed, foundByAudit, latestMs, late: stream.late, timersLeft };
}
