// Asks inside guests on behalf of all objects of one account and region: due questions go out together, answers come back
// by themselves, and the objects that wait for them are visited. A question is never on record: after an unknown outcome it
// is asked again.
import { createHash } from 'node:crypto';
import type { Prober, Reader } from '../cloud/call.ts';
import { type Invocation, MAX_SERVERS, answers, ask } from '../cloud/ecs/guest.ts';
import type { GuestAnswer, GuestQuestion } from '../cloud/ecs/model.ts';
import type { Boot } from '../crds/index.ts';
import type { Cancel, Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { stableJson } from '../plan/fields.ts';
import { type GuestLimits, type GuestState, afterAnswer, judgedBoot, newBoot } from './guest-state.ts';
import type { Guests, LocalRequest, StartUpSpec, StartUpVerdict } from './kind.ts';
import type { LiveServer } from './parts/fleet.ts';

/** What a desk works with. */
export interface GuestDeskOptions {
  readonly region: string;
  readonly owner: string;
  readonly reader: Reader;
  readonly prober: Prober;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits: GuestLimits;
  /** Called with the owner's key when an answer changed something. */
  readonly news: (key: string) => void;
}

interface Entry {
  state: GuestState;
  readonly key: string;
  readonly spec: StartUpSpec;
  /** Seen not running since: the next time it runs is another boot, even within the same minute. */
  wentDown: boolean;
  boots: number;
  busy: boolean;
}

interface GateEntry {
  readonly key: string;
  readonly request: LocalRequest;
  readonly serverId: string;
  result: 'asking' | 'passed' | 'failed';
  notBefore: number;
  busy: boolean;
  ordinal: number;
}

const POLL_MS = 1000;
const ANSWER_WITHIN_MS = 90_000;

/** The desk; end it with `close`. */
export class GuestDesk {
  readonly #options: GuestDeskOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #gates = new Map<string, GateEntry>();
  readonly #known = new Map<string, string>();
  #timer: { readonly at: number; readonly cancel: Cancel } | undefined;
  #closed = false;

  constructor(options: GuestDeskOptions) {
    this.#options = options;
  }

  /** The face of one owner. */
  for(key: string): Guests {
    return {
      know: (boots) => this.#know(boots),
      judged: () => this.#judged(key),
      startUp: (server, spec) => this.#startUp(key, server, spec),
      gate: (server, requests) => this.#gate(key, server, requests),
    };
  }

  /** Ends what is kept for an owner that is gone. */
  forget(key: string): void {
    for (const [id, entry] of this.#entries) if (entry.key === key) this.#entries.delete(id);
    for (const [id, entry] of this.#gates) if (entry.key === key) this.#gates.delete(id);
  }

  /** Ends the desk: nothing is asked any more. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #know(boots: readonly Boot[]): void {
    for (const { id, bootedAt } of boots) if (!this.#entries.has(id)) this.#known.set(id, bootedAt);
  }

  #judged(key: string): readonly Boot[] {
    const own = [...this.#entries].filter(
      ([, entry]) =>
        entry.key === key && entry.state.next === undefined && ['good', 'repaired'].includes(entry.state.verdict.kind),
    );
    return own
      .map(([id, entry]) => ({ id, bootedAt: timeOf(entry.state.boot) }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  #startUp(key: string, server: LiveServer, spec: StartUpSpec): StartUpVerdict {
    const entry = this.#entries.get(server.id);
    if (server.record?.state !== 'Running') {
      if (entry !== undefined) entry.wentDown = true;
      return { kind: 'asking' };
    }
    const boots = bootsOf(entry);
    const boot = `${server.record.startedAt}#${boots}`;
    const current =
      entry?.state.boot === boot && stableJson(entry.spec) === stableJson(spec)
        ? entry
        : this.#begin(server.id, { key, spec, boot, boots });
    this.#schedule(current.state);
    return current.state.verdict;
  }

  /** Begins the questions of a boot, or of another declaration; a boot that an earlier process judged is not asked about again. */
  #begin(id: string, of: Pick<Entry, 'key' | 'spec' | 'boots'> & { readonly boot: string }): Entry {
    const { key, spec, boot, boots } = of;
    const before = this.#entries.get(id);
    const now = this.#options.clock.monotonic();
    const wasJudged = before === undefined && spec.probe === 'AfterBoot' && this.#known.get(id) === timeOf(boot);
    const state = wasJudged ? judgedBoot(boot, now) : newBoot(boot, now, before?.state.starts);
    const entry: Entry = { state, key, spec, wentDown: false, boots, busy: false };
    this.#known.delete(id);
    this.#entries.set(id, entry);
    return entry;
  }

  #gate(key: string, server: LiveServer, requests: readonly LocalRequest[]): 'asking' | 'passed' | 'failed' {
    const results = requests.map((request) => {
      const id = `${server.id}|${stableJson(request)}`;
      const entry = this.#gates.get(id) ?? {
        key,
        request,
        serverId: server.id,
        result: 'asking',
        notBefore: 0,
        busy: false,
        ordinal: 0,
      };
      this.#gates.set(id, entry);
      if (entry.result !== 'passed') this.#wake(entry.notBefore);
      return entry.result;
    });
    if (results.includes('failed')) return 'failed';
    return results.every((result) => result === 'passed') ? 'passed' : 'asking';
  }

  #schedule(state: GuestState): void {
    if (state.next !== undefined) this.#wake(state.notBefore);
  }

  /** One timer for whatever is due first. */
  #wake(at: number): void {
    if (this.#closed || (this.#timer !== undefined && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    const wait = Math.max(0, at - this.#options.clock.monotonic());
    const cancel = this.#options.clock.setTimer(wait, () => {
      this.#timer = undefined;
      this.#pump();
    });
    this.#timer = { at, cancel };
  }

  /** Sends everything that is due: servers with the same question share a command. */
  #pump(): void {
    const now = this.#options.clock.monotonic();
    const due = [...this.#entries].filter(([, entry]) => !entry.busy && entry.state.next !== undefined);
    const ready = due.filter(([, entry]) => entry.state.notBefore <= now);
    const groups = Map.groupBy(ready, ([, entry]) => stableJson([entry.state.next, entry.spec.units]));
    for (const group of groups.values()) {
      for (let at = 0; at < group.length; at += MAX_SERVERS) void this.#askUnits(group.slice(at, at + MAX_SERVERS));
    }
    const gates = [...this.#gates.values()].filter((gate) => !gate.busy && gate.result !== 'passed');
    for (const gate of gates.filter((item) => item.notBefore <= now)) void this.#askGate(gate);
    const later = [...due.map(([, entry]) => entry.state.notBefore), ...gates.map((gate) => gate.notBefore)].filter(
      (at) => at > now,
    );
    if (later.length > 0) this.#wake(Math.min(...later));
  }

  async #askUnits(group: readonly (readonly [string, Entry])[]): Promise<void> {
    const [, first] = group[0] ?? [];
    if (first?.state.next === undefined) return;
    const question: GuestQuestion = {
      kind: first.state.next,
      serverIds: group.map(([id]) => id),
      units: first.spec.units,
    };
    for (const [, entry] of group) entry.busy = true;
    const purpose = group.map(([id, entry]) => `${id} ${entry.state.boot} ${entry.state.ordinal}`);
    const found = await this.#conversation(question, purpose);
    for (const [id, entry] of group)
      this.#answered(
        id,
        entry,
        found.get(id) ?? {
          kind: 'failed',
          serverId: id,
          code: 'NoAnswer',
          message: 'the command gave no answer in time',
        },
      );
  }

  #answered(id: string, entry: Entry, answer: GuestAnswer): void {
    entry.busy = false;
    if (this.#entries.get(id) !== entry) return;
    const before = entry.state;
    entry.state = afterAnswer(before, answer, {
      spec: entry.spec,
      now: this.#options.clock.monotonic(),
      limits: this.#options.limits,
    });
    this.#schedule(entry.state);
    if (stableJson(before.verdict) !== stableJson(entry.state.verdict)) this.#options.news(entry.key);
  }

  async #askGate(gate: GateEntry): Promise<void> {
    gate.busy = true;
    const { host, port, path, codes } = gate.request;
    const question: GuestQuestion = {
      kind: 'RequestLocally',
      serverIds: [gate.serverId],
      units: [],
      request: { method: 'GET', host, port, path },
    };
    const found = await this.#conversation(question, [
      `${gate.serverId} gate ${gate.ordinal}`,
      stableJson(gate.request),
    ]);
    const answer = found.get(gate.serverId);
    gate.busy = false;
    gate.ordinal += 1;
    const status = answer?.kind === 'answered' ? (answer.httpStatus ?? 0) : 0;
    gate.result = codes.includes(`http_${Math.floor(status / 100)}xx`) ? 'passed' : 'failed';
    gate.notBefore = this.#options.clock.monotonic() + 2 * POLL_MS;
    if (gate.result !== 'passed') this.#wake(gate.notBefore);
    this.#options.news(gate.key);
  }

  /** Asks and waits for the answers; whatever goes wrong is the answer of every server, and the question comes again. */
  async #conversation(question: GuestQuestion, purpose: readonly string[]): Promise<ReadonlyMap<string, GuestAnswer>> {
    const { region, reader, prober, clock, owner, log } = this.#options;
    const token = createHash('sha256')
      .update(JSON.stringify([owner, question.kind, question.units, ...purpose]))
      .digest('hex')
      .slice(0, 64);
    const asked = await ask(question, { region, reader, prober, token }).catch(
      (error: unknown) => ({ kind: 'refused', why: String(error) }) as const,
    );
    if (asked.kind !== 'asked') {
      log.warn('Could not ask inside guests', {
        question: question.kind,
        servers: question.serverIds.length,
        end: asked.kind,
      });
      const code = asked.kind === 'failed' ? asked.error.code : asked.kind;
      const message = asked.kind === 'failed' ? asked.error.message : asked.kind === 'held' ? asked.reason : asked.why;
      return new Map(question.serverIds.map((serverId) => [serverId, { kind: 'failed', serverId, code, message }]));
    }
    return this.#collect(asked.invocation, clock.monotonic() + ANSWER_WITHIN_MS);
  }

  async #collect(invocation: Invocation, until: number): Promise<ReadonlyMap<string, GuestAnswer>> {
    const { region, reader, clock } = this.#options;
    for (;;) {
      const read = await answers(invocation, { region, reader });
      const found = read.kind === 'ok' ? read.answers.filter((answer) => answer.kind !== 'pending') : [];
      const complete = read.kind === 'ok' && found.length === read.answers.length;
      if (complete || this.#closed || clock.monotonic() >= until)
        return new Map(found.map((answer) => [answer.serverId, answer]));
      await clock.sleep(POLL_MS);
    }
  }
}

function bootsOf(entry: Entry | undefined): number {
  return entry === undefined ? 0 : entry.boots + Number(entry.wentDown);
}

/** A boot's time in RFC 3339: the cloud tells minutes. */
function timeOf(boot: string): string {
  const time = boot.split('#')[0] ?? '';
  return /T\d\d:\d\dZ$/.test(time) ? time.replace('Z', ':00Z') : time;
}
