// The rows about the cloud: what it may answer, forget, delay and invent, at each of its writes and at the reads that follow. Pure.
import { type Generator, type Points, everywhere, pack } from './packs.ts';
import type { At, Fault, Shot } from './plan.ts';

type Answering = Extract<Fault, { readonly kind: 'answer' }>;
type Spoiling = Extract<Fault, { readonly kind: 'spoil' }>;

/** A fault and the facts of the writes at which it makes sense. */
type Variant = readonly [fault: Fault | ((at: At) => Fault), wanted?: RegExp];

const CREATES = /^(CreateVpc|CreateVSwitch|CreateSecurityGroup|CreateLoadBalancer|RunInstances) /;
const MADE_ONCE = /^(Create\w+Listener|AuthorizeSecurityGroup|AddBackendServers) /;
const DELETES = /^(Delete|Remove|Revoke)/;

const refusal = (status: number, code: string, more: Partial<Answering> = {}): Fault => ({
  kind: 'answer',
  status,
  headers: {},
  times: 1,
  scope: 'writes',
  applied: false,
  body: {
    RequestId: '00000000-0000-0000-0000-000000000000',
    HostId: 'harness',
    Code: code,
    Message: `${code} by the harness`,
  },
  ...more,
});
const page = (status: number, more: Partial<Answering> = {}): Fault =>
  refusal(status, '', { text: '<html><body>gateway</body></html>', ...more });
const spoil = (what: Spoiling['what'], more: Partial<Spoiling> = {}): Fault => ({
  kind: 'spoil',
  what,
  times: 1,
  scope: 'writes',
  ...more,
});
/** The emulator does what is asked, breaks the connection and forgets the token. */
const forgotten = ({ fact }: At): Fault => ({
  kind: 'emulator',
  rule: {
    match: { action: fact.split(' ')[0] },
    what: { kind: 'reset' },
    position: 'answer-lost',
    forgetToken: true,
  },
});
const reads = { scope: 'reads' as const };
const done = { applied: true };

/** All variants of a row at all points of the cloud, packed into as few lives as there are phases to share. */
const row =
  (...variants: readonly Variant[]): Generator =>
  (id, points) =>
    pack(
      id,
      variants.flatMap((variant) => shots(points, variant)),
    );

function shots(points: Points, [fault, wanted = /./]: Variant): readonly Shot[] {
  const isWanted = ({ channel, fact }: At): boolean => channel === 'cloud' && wanted.test(fact);
  const faultAt = (at: At): Fault => (typeof fault === 'function' ? fault(at) : fault);
  return everywhere(points, isWanted).map((place) => ({ ...place, fault: faultAt(place.at) }));
}

/** Generators of the cloud's rows. Reads are never later than the visibility grace of the lives, one second: beyond it nothing is promised. */
export const CLOUD: Readonly<Record<string, Generator>> = {
  C1: row(
    [refusal(400, 'Throttling.User')],
    [refusal(503, 'Throttling.Api', { times: 3 })],
    [refusal(400, 'Rejected.Throttling')],
    [refusal(429, 'Throttling.ConcurrentLimitExceeded', { times: 2 })],
    [refusal(400, 'Throttling', { ...reads, times: 5 })],
  ),
  C2: row(
    [refusal(503, 'ServiceUnavailable')],
    [refusal(500, 'InternalError', { times: 2 })],
    [refusal(503, 'ServiceUnavailable', { ...reads, times: 5 })],
  ),
  C3: row(
    [{ kind: 'lose', times: 1 }],
    [refusal(500, 'InternalError', done)],
    [refusal(503, 'ServiceUnavailable', { ...done, times: 2 })],
  ),
  C4: row([forgotten, CREATES]),
  C5: row(
    [refusal(403, 'LastTokenProcessing', { times: 2 }), CREATES],
    [refusal(403, 'IdempotentProcessing', done), CREATES],
    [refusal(400, 'OperationFailed.IdempotentTokenProcessing', done), CREATES],
  ),
  C6: row(
    [refusal(400, 'IdempotentParameterMismatch'), CREATES],
    [refusal(400, 'IdempotentParameterMismatch', done), CREATES],
    [refusal(400, 'InvalidIdempotenceParameter.Mismatch', done), CREATES],
  ),
  C8: row(
    [refusal(400, 'ListenerAlreadyExists', done), /^Create\w+Listener /],
    [refusal(400, 'InvalidParameter.ListenerPortConflict', done), /^Create\w+Listener /],
    [refusal(400, 'InvalidPermission.Duplicate.Rule', done), /^Authorize/],
    [{ kind: 'lose', times: 2 }, MADE_ONCE],
  ),
  C10: row([{ kind: 'hide', ms: 700 }, CREATES], [{ kind: 'lag', ms: 700, flip: false }, CREATES]),
  C11: row([{ kind: 'lag', ms: 900, flip: false }, DELETES]),
  C12: row(
    [{ kind: 'lag', ms: 900, flip: true }],
    [{ kind: 'lag', ms: 900, flip: false }, /^(?!Delete|Remove|Create|Run)/],
  ),
  C13: row(
    [{ kind: 'list', what: 'missing', times: 2 }],
    [{ kind: 'list', what: 'short', times: 1 }],
    [{ kind: 'list', what: 'double', times: 3 }],
    [{ kind: 'list', what: 'total', times: 2 }],
  ),
  C14: row([{ kind: 'vanish' }, /^RunInstances web/]),
  C15: row([{ kind: 'stuck', ms: 6000 }, CREATES]),
  C16: row(
    [refusal(400, 'OperationConflict', { times: 2 })],
    [refusal(403, 'IncorrectInstanceStatus', { times: 2 }), / (web|bastion)/],
    [refusal(400, 'SystemBusy')],
    [refusal(400, 'DependencyViolation', { times: 3 }), DELETES],
    [refusal(400, 'TaskConflict', { times: 2 })],
  ),
  C17: row(
    [refusal(403, 'OperationDenied.NoStock'), /^RunInstances/],
    [refusal(403, 'QuotaExceeded'), CREATES],
    [refusal(403, 'InvalidAccountStatus.NotEnoughBalance'), CREATES],
    [refusal(403, 'Forbidden.RAM')],
  ),
  C18: row(
    [refusal(404, 'InvalidAccessKeyId.NotFound', { times: 4, scope: 'all' })],
    [refusal(403, 'InvalidSecurityToken.Expired', { times: 2, scope: 'all' })],
  ),
  C19: row([refusal(400, 'InvalidTimeStamp.Expired', { times: 2 })]),
  C20: row([refusal(400, 'SignatureNonceUsed')]),
  C21: row(
    [spoil('truncated')],
    [spoil('empty')],
    [spoil('html')],
    [page(502)],
    [page(200)],
    [spoil('no-ids'), CREATES],
    [spoil('truncated', { ...reads, times: 3 })],
    [spoil('html', { ...reads, times: 4 })],
    [spoil('empty', { ...reads, times: 3 })],
    [page(404, { ...reads, times: 3 })],
  ),
  C22: row([{ kind: 'late', ms: 300 }], [{ kind: 'late', ms: 2500 }, CREATES]),
  C25: row([{ kind: 'cut', ms: 2000, channel: 'cloud' }]),
};
