// What a look at an account found, as its status tells it. Pure.
import { type FinanceCloudAccount, type Reason, nextConditions, summarize } from '../../crds/index.ts';
import { formatTime } from '../../kernel/timestamp.ts';

/** What a visit found. */
export type Found =
  | {
      readonly kind: 'ok';
      readonly principal: { readonly arn: string; readonly accountId: string; readonly type: string };
      readonly owner: string;
    }
  | { readonly kind: 'problem'; readonly reason: Reason; readonly message: string; readonly stalled: boolean };

/** A problem, and whether only a person can end it. */
export const problem = (reason: Reason, message: string, stalled = false): Found => ({
  kind: 'problem',
  reason,
  message,
  stalled,
});

/** The status; a visit that could not look leaves principal and owner as they are. */
export function statusFrom(object: FinanceCloudAccount, found: Found, now: number): object {
  const { generation } = object.metadata;
  const judged = judgement(found);
  const kept = { principal: object.status?.principal, ownerId: object.status?.ownerId };
  const known = found.kind === 'ok' ? { principal: found.principal, ownerId: found.owner } : kept;
  return {
    conditions: nextConditions(object.status?.conditions, judged, { now: formatTime(now), generation }),
    observedGeneration: generation,
    ...known,
  };
}

function judgement(found: Found): ReturnType<typeof summarize> {
  const type = 'CredentialsReady';
  if (found.kind === 'ok') {
    const message = 'The credentials belong to the declared account';
    return summarize([{ type, status: 'True', reason: 'Succeeded', message }], { kind: 'settled' });
  }
  const { reason, message, stalled } = found;
  return summarize([{ type, status: 'False', reason, message }], {
    kind: stalled ? 'stalled' : 'working',
    reason,
    message,
  });
}
