// One question to guests from its command to the answers of all its servers. It is never on record: after an unknown outcome it
// is asked again.
import { createHash } from 'node:crypto';
import type { Prober, Reader } from '../cloud/call.ts';
import { type Asked, type Invocation, answers, ask } from '../cloud/ecs/guest.ts';
import type { GuestAnswer, GuestQuestion } from '../cloud/ecs/model.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';

/** How often answers are read, milliseconds. */
export const POLL_MS = 1000;
const ANSWER_WITHIN_MS = 90_000;

/** What a conversation needs. */
export interface Conversation {
  readonly region: string;
  readonly owner: string;
  readonly reader: Reader;
  readonly prober: Prober;
  readonly clock: Clock;
  readonly log: Logger;
  readonly isClosed: () => boolean;
}

/** Asks and waits for the answers; whatever goes wrong is the answer of every server. `purpose` makes the token of this very question. */
export async function converse(
  question: GuestQuestion,
  purpose: readonly string[],
  of: Conversation,
): Promise<ReadonlyMap<string, GuestAnswer>> {
  const { region, reader, prober, clock, owner, log } = of;
  const token = createHash('sha256')
    .update(JSON.stringify([owner, question.kind, question.units, ...purpose]))
    .digest('hex'); // 64 characters, the longest token that is taken
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
    const failed = { kind: 'failed', code, message, ...lackOf(asked) } as const;
    return new Map(question.serverIds.map((serverId) => [serverId, { ...failed, serverId }]));
  }
  return collect(asked.invocation, clock.monotonic() + ANSWER_WITHIN_MS, of);
}

/** A refused right is named, so that people can grant it. */
function lackOf(asked: Asked): { readonly lacks?: string } {
  if (asked.kind !== 'failed' || asked.error.class !== 'rights') return {};
  return { lacks: `${asked.error.service}:${asked.error.action}` };
}

async function collect(
  invocation: Invocation,
  until: number,
  { region, reader, clock, isClosed }: Conversation,
): Promise<ReadonlyMap<string, GuestAnswer>> {
  for (;;) {
    const read = await answers(invocation, { region, reader });
    const found = read.kind === 'ok' ? read.answers.filter((answer) => answer.kind !== 'pending') : [];
    const complete = read.kind === 'ok' && found.length === read.answers.length;
    if (complete || isClosed() || clock.monotonic() >= until)
      return new Map(found.map((answer) => [answer.serverId, answer]));
    await clock.sleep(POLL_MS);
  }
}
