// Virtual Private Cloud 2016-04-28.

import type { Module } from '../../service.ts';
import { listTagResources, tagResources, untagResources } from '../../tags.ts';
import { addressGone } from './addresses.ts';
import { placeOperations } from './places.ts';
import { TAG_RULES } from './tagging.ts';
import { vpcAvailable, vpcOperations } from './vpc.ts';
import { vswitchAvailable, vswitchOperations } from './vswitch.ts';

/** The service as registered. */
export const vpc: Module = {
  name: 'vpc',
  wire: {
    version: '2016-04-28',
    product: 'Vpc',
    tokenInFlight: { status: 400, code: 'OperationFailed.IdempotentTokenProcessing', message: 'Action is processing.' },
    tokenMismatch: {
      status: 400,
      code: 'IdempotentParameterMismatch',
      message: 'The specified parameter has changed while using an already used clientToken.',
    },
    denied: {
      status: 403,
      code: 'Forbidden.RAM',
      message: "User not authorized to operate on the specified resource, or this API doesn't support RAM.",
    },
    operations: {
      ...vpcOperations,
      ...vswitchOperations,
      ...placeOperations,
      TagResources: {
        effect: 'write',
        coverage: 'partial',
        note: 'VPC and VSWITCH',
        run: (call) => tagResources(call, TAG_RULES),
      },
      UnTagResources: {
        effect: 'write',
        coverage: 'partial',
        note: 'VPC and VSWITCH',
        run: (call) => untagResources(call, TAG_RULES),
      },
      ListTagResources: {
        effect: 'read',
        coverage: 'partial',
        note: 'VPC and VSWITCH',
        run: (call) => listTagResources(call, TAG_RULES),
      },
    },
  },
  events: { 'vpc-available': vpcAvailable, 'vswitch-available': vswitchAvailable, 'address-gone': addressGone },
  // The public texts give no figures; terraform's provider polls each 3 to 5 s and is usually through at the first or second.
  durations: {
    'vpc.vpc.pending': { kind: 'uniform', minSeconds: 2, maxSeconds: 5 },
    'vpc.vswitch.pending': { kind: 'uniform', minSeconds: 3, maxSeconds: 8 },
    'vpc.address.released': { kind: 'immediate' },
  },
};
