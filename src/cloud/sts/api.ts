// Who the credentials belong to: the one question asked of STS.
import { z } from 'zod';
import type { Answer, Call, CloudError } from '../call.ts';
import { clientCodes, cloudError } from '../errors.ts';

/** The account behind a credential. */
export interface Identity {
  readonly accountId: string;
  /** `acs:ram::<account>:user/<name>`; names the user, holds no secret. */
  readonly arn: string;
}

const identityBody = z.object({ AccountId: z.string().min(1), Arn: z.string().default('') });

/** The request. */
export const getCallerIdentity: Call = { service: 'sts', action: 'GetCallerIdentity', params: {} };

/** Reads the answer. */
export function identityOf(answer: Answer): Identity | CloudError {
  if (answer.kind === 'error') return answer.error;
  const parsed = identityBody.safeParse(answer.body);
  if (parsed.success) return { accountId: parsed.data.AccountId, arn: parsed.data.Arn };
  const failure = {
    service: 'sts',
    action: 'GetCallerIdentity',
    code: clientCodes.unreadable,
    mutating: false,
  } as const;
  return cloudError(failure, { message: 'The answer names no account' });
}
