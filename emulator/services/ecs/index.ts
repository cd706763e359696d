// Elastic Compute Service 2014-05-26.

import type { Module } from '../../service.ts';
import { listTagResources, tagResources, untagResources } from '../../tags.ts';
import { assistantOperations } from './assistant.ts';
import { describeOperations } from './describe.ts';
import { deviceOperations } from './devices.ts';
import { ruleOperations } from './group-changes.ts';
import { groupOperations } from './groups.ts';
import { membershipOperations } from './membership.ts';
import { instanceDrift, modifyOperations } from './modify.ts';
import { placeOperations } from './places.ts';
import { powerOperations } from './power.ts';
import { releaseOperations } from './release.ts';
import { runOperations } from './run.ts';
import { instanceDurations, instanceEvents, zoneChanged } from './steps.ts';
import { ECS_TAG_RULES } from './tagging.ts';

/** The service as registered. */
export const ecs: Module = {
  name: 'ecs',
  wire: {
    version: '2014-05-26',
    product: 'Ecs',
    tokenInFlight: {
      status: 403,
      code: 'IdempotentProcessing',
      message: 'The previous idempotent request(s) is still processing.',
    },
    tokenMismatch: {
      status: 403,
      code: 'IdempotentParameterMismatch',
      message: 'The specified parameter has changed while using an already used clientToken.',
    },
    denied: {
      status: 403,
      code: 'Forbidden.RAM',
      message: "User not authorized to operate on the specified resource, or this API doesn't support RAM.",
    },
    operations: {
      ...runOperations,
      ...describeOperations,
      ...powerOperations,
      ...releaseOperations,
      ...modifyOperations,
      ...groupOperations,
      ...ruleOperations,
      ...membershipOperations,
      ...placeOperations,
      ...deviceOperations,
      ...assistantOperations,
      TagResources: {
        effect: 'write',
        coverage: 'partial',
        note: 'servers and security groups',
        run: (call) => tagResources(call, ECS_TAG_RULES),
      },
      UntagResources: {
        effect: 'write',
        coverage: 'partial',
        note: 'servers and security groups',
        run: (call) => untagResources(call, ECS_TAG_RULES),
      },
      ListTagResources: {
        effect: 'read',
        coverage: 'partial',
        note: 'servers and security groups; no TagFilter',
        run: (call) => listTagResources(call, ECS_TAG_RULES),
      },
    },
  },
  events: instanceEvents,
  reactions: { 'zone-changed': zoneChanged },
  durations: instanceDurations,
  drift: instanceDrift,
};
