// Asks inside guests on behalf of all objects of one account and region: due questions go out together, answers come back
// by themselves, and the objects that wait for them are visited. A question is never on record: after an unknown outcome it
// is asked again.
import type { Prober, Reader } from '../cloud/call.ts';
import { MAX_SERVERS } from '../cloud/ecs/guest.ts';
import type { GuestAnswer, GuestQuestion } from '../cloud/ecs/model.ts';
import type { Boot } from '../crds/index.ts';
import type { Cancel, Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { stableJson } from '../plan/fields.ts';
import { POLL_MS, converse } from './guest-conversation.ts';
import { type GuestLimits, type GuestState, afterAnswer, bootTime, judgedBoot, newBoot } from './guest-state.ts';
import type { GuestReach, Guests, LocalRequest, StartUpSpec, StartUpVerdict } from './kind.ts';
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

type Begun = Pick<Entry, 'key' | 'spec' | 'boots'> & { readonly boot: string };

interface GateEntry {
  readonly key: string;
  readonly request: LocalRequest;
  readonly serverId: string;
  result: 'asking' | 'passed' | 'failed';
  notBefore: number;
  busy: boolean;
  ordinal: number;
}

/** The desk; end it with `close`. */
export class GuestDesk {
  readonly #options: GuestDeskOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #gates = new Map<string, GateEntry>();
  readonly #known = new Map<string, string>();
  readonly #lacking = new Map<string, { readonly key: string; readonly action: string }>();
  readonly #reach = new Map<string, GuestReach>();
  #timer: { readonly at: number; readonly cancel: Cancel } | undefined;
  #closed = false;

  constructor(options: GuestDeskOptions) {
    this.#options = options;
  }

  /** The face of one owner. */
  for(key: string): Guests {
    return {
      allow: (reach) => void this.#reach.set(key, reach),
      know: (boots) => this.#know(boots),
      judged: (servers) => this.#judged(key, servers),
      startUp: (server, spec) => this.#startUp(key, server, spec),
      gate: (server, requests) => this.#gate(key, server, requests),
      lacks: (serverId) => this.#lacking.get(serverId)?.action,
    };
  }

  /** Ends what is kept for an owner that is gone. */
  forget(key: string): void {
    this.#reach.delete(key);
    for (const [id, entry] of this.#entries) if (entry.key === key) this.#entries.delete(id);
    for (const [id, entry] of this.#gates) if (entry.key === key) this.#gates.delete(id);
    for (const [id, entry] of this.#lacking) if (entry.key === key) this.#lacking.delete(id);
  }

  /** Servers come and go: who is on record no more must not stay here for as long as the owner lives. */
  #forgetOthers(key: string, servers: ReadonlySet<string>): void {
    for (const [id, entry] of this.#entries) if (entry.key === key && !servers.has(id)) this.#entries.delete(id);
    for (const [id, entry] of this.#lacking) if (entry.key === key && !servers.has(id)) this.#lacking.delete(id);
    for (const [id, gate] of this.#gates) if (gate.key === key && !servers.has(gate.serverId)) this.#gates.delete(id);
  }

  /** Ends the desk: nothing is asked any more. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #know(boots: readonly Boot[]): void {
    for (const { id, bootedAt } of boots) if (!this.#entries.has(id)) this.#known.set(id, bootedAt);
  }

  #judged(key: string, servers: ReadonlySet<string>): readonly Boot[] {
    this.#forgetOthers(key, servers);
    const own = [...this.#entries].filter(
      ([, entry]) =>
        entry.key === key && entry.state.next === undefined && ['good', 'repaired'].includes(entry.state.verdict.kind),
    );
    return own
      .map(([id, entry]) => ({ id, bootedAt: bootTime(entry.state.boot) }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  #startUp(key: string, server: LiveServer, declared: StartUpSpec): StartUpVerdict {
    const entry = this.#entries.get(server.id);
    if (server.record?.state !== 'Running') {
      if (entry !== undefined) entry.wentDown = true;
      return { kind: 'asking' };
    }
    const spec: StartUpSpec = this.#reachOf(key) === 'Look' ? { ...declared, repair: 'Report' } : declared;
    const boots = bootsOf(entry);
    const boot = `${server.record.startedAt}#${boots}`;
    const same = entry?.state.boot === boot && stableJson(entry.spec) === stableJson(spec) ? entry : undefined;
    if (!this.#mayAsk({ key, spec })) return this.#unasked(server.id, same, { key, spec, boot, boots });
    const current = same ?? this.#begin(server.id, { key, spec, boot, boots });
    this.#schedule(current.state);
    return current.state.verdict;
  }

  /** What is known without a question. */
  #unasked(id: string, same: Entry | undefined, of: Begun): StartUpVerdict {
    const { verdict } = (same ?? (this.#wasJudged(id, of) ? this.#begin(id, of) : undefined))?.state ?? {};
    return verdict === undefined || verdict.kind === 'asking' ? { kind: 'not-asked' } : verdict;
  }

  /** Asked again right before a question goes out: it may have been due before writes were stopped. */
  #mayAsk({ key, spec }: Pick<Entry, 'key' | 'spec'>): boolean {
    const reach = this.#reachOf(key);
    return reach === 'Repair' || (reach === 'Look' && spec.probe === 'Periodic' && spec.repair === 'Report');
  }

  #wasJudged(id: string, { spec, boot }: Pick<Begun, 'spec' | 'boot'>): boolean {
    return !this.#entries.has(id) && spec.probe === 'AfterBoot' && this.#known.get(id) === bootTime(boot);
  }

  /** Begins the questions of a boot, or of another declaration; a boot that an earlier process judged is not asked about again. */
  #begin(id: string, of: Begun): Entry {
    const { key, spec, boot, boots } = of;
    const before = this.#entries.get(id);
    const now = this.#options.clock.monotonic();
    const state = this.#wasJudged(id, { spec, boot })
      ? judgedBoot(boot, now)
      : newBoot(boot, now, before?.state.starts);
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
      if (entry.result !== 'passed' && this.#reachOf(key) === 'Repair') this.#wake(entry.notBefore);
      return entry.result;
    });
    if (results.includes('failed')) return 'failed';
    return results.every((result) => result === 'passed') ? 'passed' : 'asking';
  }

  #reachOf(key: string): GuestReach {
    return this.#reach.get(key) ?? 'Repair';
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
    const due = [...this.#entries].filter(
      ([, entry]) => !entry.busy && entry.state.next !== undefined && this.#mayAsk(entry),
    );
    const ready = due.filter(([, entry]) => entry.state.notBefore <= now);
    const groups = Map.groupBy(ready, ([, entry]) => stableJson([entry.state.next, entry.spec.units]));
    for (const group of groups.values()) {
      for (let at = 0; at < group.length; at += MAX_SERVERS) void this.#askUnits(group.slice(at, at + MAX_SERVERS));
    }
    const gates = [...this.#gates.values()].filter(
      (gate) => !gate.busy && gate.result !== 'passed' && this.#reachOf(gate.key) === 'Repair',
    );
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
    const found = await this.#ask(question, purpose);
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
    this.#note(entry.key, id, answer);
    const before = entry.state;
    entry.state = afterAnswer(before, answer, {
      spec: entry.spec,
      now: this.#options.clock.monotonic(),
      limits: this.#options.limits,
    });
    this.#schedule(entry.state);
    if (stableJson(before.verdict) !== stableJson(entry.state.verdict)) this.#options.news(entry.key);
  }

  /** Remembers which right is missing until the server can be asked. */
  #note(key: string, serverId: string, answer: GuestAnswer): void {
    const action = answer.kind === 'failed' ? answer.lacks : undefined;
    if (this.#lacking.get(serverId)?.action === action) return;
    if (action === undefined) this.#lacking.delete(serverId);
    else this.#lacking.set(serverId, { key, action });
    this.#options.news(key);
  }

  #ask(question: GuestQuestion, purpose: readonly string[]): Promise<ReadonlyMap<string, GuestAnswer>> {
    return converse(question, purpose, { ...this.#options, isClosed: () => this.#closed });
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
    const found = await this.#ask(question, [`${gate.serverId} gate ${gate.ordinal}`, stableJson(gate.request)]);
    const answer = found.get(gate.serverId);
    gate.busy = false;
    if (answer !== undefined && this.#gates.has(`${gate.serverId}|${stableJson(gate.request)}`))
      this.#note(gate.key, gate.serverId, answer);
    gate.ordinal += 1;
    const status = answer?.kind === 'answered' ? (answer.httpStatus ?? 0) : 0;
    gate.result = codes.includes(`http_${Math.floor(status / 100)}xx`) ? 'passed' : 'failed';
    gate.notBefore = this.#options.clock.monotonic() + 2 * POLL_MS;
    if (gate.result !== 'passed') this.#wake(gate.notBefore);
    this.#options.news(gate.key);
  }
}

function bootsOf(entry: Entry | undefined): number {
  return entry === undefined ? 0 : entry.boots + Number(entry.wentDown);
}
