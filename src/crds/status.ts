// What objects report. Bounded everywhere: the largest environment's status stays small enough for etcd.
import { z } from 'zod';
import { conditionList } from './condition.ts';
import { deletionPolicy, zoneId } from './fields.ts';
import type { DeepReadonly } from './object.ts';
import { int32, int64, listAtomic, listMap, text, time } from './schema.ts';

const resourceName = text(128).describe('Logical name, such as vpc, vswitch/<zone>, sg, web/0 or web/lb.');
const cloudId = text(64).describe('Id in the cloud.');
const since = time().describe('Since when.');
const word = (max = 32) => text(max, { pattern: /^[A-Za-z][A-Za-z0-9]*$/ });
const ruleId = text(32, { pattern: /^[A-Z][A-Za-z0-9-]*$/ }).describe('Rule of the blueprint, such as SLB-6.');

/** Types of cloud resources that are on record. */
export const resourceType = z.enum(['VPC', 'VSwitch', 'SecurityGroup', 'Server', 'LoadBalancer']);

const resource = z.object({
  name: resourceName,
  type: resourceType.describe('Cloud type.'),
  id: cloudId,
  zone: zoneId.exactOptional().describe('Zone, where it has one.'),
  state: text(64).exactOptional().describe('Present only while the state is not the normal one.'),
});

const address = z.object({
  name: resourceName,
  type: z.enum(['Internet', 'Intranet']).describe('Who can reach it.'),
  address: text(64).describe('IP address.'),
});

const fromObject = z.object({
  param: text(64).describe('Request parameter that is filled in at the call.'),
  kind: z.enum(['Secret', 'ConfigMap']).describe('Kind of the object.'),
  name: text(253).describe('Name of the object.'),
  key: text(253).describe('Key in its data.'),
  resourceVersion: text(64).describe('Exact version that the value is taken from.'),
});

const intent = z.object({
  attempt: int64(1).describe('Number of the attempt, never used twice.'),
  token: text(64).describe('Client token of the request.'),
  action: text(64).describe('API action.'),
  type: word().describe('Type of what the request makes.'),
  resource: resourceName,
  count: int32(1, 100).describe('How many the request makes.'),
  zone: zoneId.exactOptional(),
  request: text(8192).describe('The frozen request as JSON.'),
  fromObjects: listAtomic(fromObject, 8).exactOptional().describe('Parameters that are never kept by value.'),
  startedAt: time().describe('When the intent was made durable.'),
});

const replacement = z.object({
  slot: resourceName,
  module: text(63, { pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/ }).describe('Module or pool of the server.'),
  surplusId: cloudId.describe('Server that goes.'),
  newId: cloudId.exactOptional().describe('Server that comes.'),
  fromZone: zoneId,
  toZone: zoneId,
  step: z.enum(['Surge', 'Checked', 'Registered', 'InService', 'Draining', 'Released']).describe('Step on record.'),
  since,
});

const retained = z.object({
  name: resourceName,
  type: resourceType,
  id: cloudId,
  since,
  reason: text(256).describe('Why it was left.'),
});

const changeClass = z.enum(['Safe', 'Disruptive', 'Forbidden']);

const drift = z.object({
  rule: ruleId,
  path: text(256).describe('Resource and field.'),
  desired: text(256, { min: 0 }).describe('Declared value.'),
  observed: text(256, { min: 0 }).describe('Live value.'),
  firstSeen: time().describe('When it was first seen.'),
  class: changeClass.describe('How much its repair hurts.'),
  decision: z.enum(['Repaired', 'Repairing', 'Waiting', 'Reported']).describe('What is done about it.'),
});

const finding = z.object({
  rule: ruleId,
  severity: z.enum(['Info', 'Warning', 'Critical']).describe('Severity.'),
  message: text(512).describe('One sentence.'),
  evidence: text(512, { min: 0 }).exactOptional().describe('What was seen.'),
  since,
});

const boot = z.object({ id: cloudId, bootedAt: time().describe('Boot that was last judged inside the guest.') });

const plan = z
  .object({
    hash: text(64).describe('Hash of the changes.'),
    summary: text(256).describe('How many of what.'),
    changes: listAtomic(
      z.object({
        action: word().describe('What would be done.'),
        resource: resourceName,
        field: text(128).exactOptional(),
        from: text(256, { min: 0 }).exactOptional(),
        to: text(256, { min: 0 }).exactOptional(),
        class: changeClass,
      }),
      100,
    ).describe('The changes, at most 100.'),
  })
  .describe('What Enforce would do; only in mode Observe.');

const omitted = int32(0, 2147483647).exactOptional();

const statusHead = {
  conditions: conditionList.exactOptional(),
  observedGeneration: int64(0).exactOptional().describe('metadata.generation that was last worked on.'),
};

const objectFields = {
  ...statusHead,
  resources: listMap(resource, ['name'], 1100).exactOptional().describe('Cloud resources on record.'),
  addresses: listAtomic(address, 64).exactOptional().describe('What to connect to.'),
  attempt: int64(0).exactOptional().describe('Highest attempt ever used.'),
  intents: listMap(intent, ['attempt'], 64).exactOptional().describe('Requests made durable before they are sent.'),
  replacements: listMap(replacement, ['slot'], 10).exactOptional().describe('Servers being replaced.'),
  retained: listAtomic(retained, 200).exactOptional().describe('What left the spec and was kept in the cloud.'),
  drift: listAtomic(drift, 100).exactOptional().describe('Differences between declaration and cloud.'),
  driftOmitted: omitted.describe('Differences beyond the first 100.'),
  findings: listAtomic(finding, 100).exactOptional().describe('Rules that are not kept, with evidence.'),
  findingsOmitted: omitted.describe('Findings beyond the first 100.'),
  boots: listMap(boot, ['id'], 1100).exactOptional().describe('Last boot judged of each server.'),
  plan: plan.exactOptional(),
  lastDeletionPolicy: deletionPolicy.exactOptional().describe('Policy in force when last seen.'),
};

/** Status of zones and pools. */
export const objectStatus = z.object(objectFields);

/** Status of environments. */
export const environmentStatus = z.object({
  ...objectFields,
  zones: listMap(
    z.object({ name: zoneId, state: z.enum(['Normal', 'Impaired']).describe('Impaired zones are left alone.'), since }),
    ['name'],
    2,
  )
    .exactOptional()
    .describe('State of the two zones.'),
});

/** Status of accounts. */
export const accountStatus = z.object({
  ...statusHead,
  principal: z
    .object({
      arn: text(512).describe('ARN of the caller.'),
      accountId: text(32).describe('Account that the credentials belong to.'),
      type: text(64).describe('Type of the identity.'),
    })
    .exactOptional()
    .describe('Who the cloud says we are.'),
  ownerId: text(63).exactOptional().describe('Owner in force.'),
});

/** One cloud resource on record. */
export type RecordedResource = DeepReadonly<z.output<typeof resource>>;
/** Cloud type of a recorded resource. */
export type ResourceType = RecordedResource['type'];
/** An address to connect to. */
export type RecordedAddress = DeepReadonly<z.output<typeof address>>;
/** A request made durable before it is sent. */
export type Intent = DeepReadonly<z.output<typeof intent>>;
/** A server being replaced. */
export type Replacement = DeepReadonly<z.output<typeof replacement>>;
/** What left the spec and was kept. */
export type Retained = DeepReadonly<z.output<typeof retained>>;
/** A difference between declaration and cloud. */
export type DriftEntry = DeepReadonly<z.output<typeof drift>>;
/** A rule that is not kept. */
export type FindingEntry = DeepReadonly<z.output<typeof finding>>;
/** Last boot judged of a server. */
export type Boot = DeepReadonly<z.output<typeof boot>>;
/** The plan shown in Observe. */
export type StatusPlan = DeepReadonly<z.output<typeof plan>>;
