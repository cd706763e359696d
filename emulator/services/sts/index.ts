// Security Token Service 2015-04-01: who am I.

import type { Answer, Call, Module } from '../../service.ts';

const getCallerIdentity = (call: Call): Answer => ({
  IdentityType: 'RAMUser',
  AccountId: call.account,
  Arn: `acs:ram::${call.account}:user/${call.accessKeyId}`,
  UserId: `2${call.account.slice(0, 15)}${call.accessKeyId.length}`,
  PrincipalId: `2${call.account.slice(0, 15)}${call.accessKeyId.length}`,
});

/** The service as registered. */
export const sts: Module = {
  name: 'sts',
  wire: {
    version: '2015-04-01',
    product: 'Sts',
    tokenInFlight: { status: 400, code: 'LastTokenProcessing', message: 'The last token request is processing.' },
    tokenMismatch: {
      status: 400,
      code: 'IdempotentParameterMismatch',
      message: 'The specified parameter has changed.',
    },
    denied: {
      status: 403,
      code: 'NoPermission',
      message: 'You are not authorized to do this action. You should be authorized by RAM.',
    },
    operations: {
      GetCallerIdentity: { effect: 'read', coverage: 'full', run: getCallerIdentity },
    },
  },
};
