// Creating exactly once: a create becomes an intent, the intent becomes durable, only then is its frozen request sent.
import { requestToken, tagsFor } from '../cloud/tags.ts';
import type { Call } from '../cloud/call.ts';
import type { Tags } from '../cloud/service.ts';
import type { Intent } from '../crds/index.ts';
import { formatTime } from '../kernel/timestamp.ts';
import { stableJson } from '../plan/fields.ts';
import type { CloudAction, CloudChange, UserDataSource } from './model.ts';
import { isRecorded } from './records.ts';
import { freeze } from './services.ts';

/** Limits of what a status may hold. */
export const INTENT_LIMITS = { each: 8192, together: 65_536, count: 64 } as const;

/** Whose intents they are. */
export interface IntentContext {
  readonly owner: string;
  readonly install: string;
  readonly object: string; // value of the object tag
  readonly uid: string;
  readonly region: string;
  readonly now: number;
  /** Intents that are open already: together they stay within the limits. */
  readonly open: readonly Intent[];
  /** Exact version of the object that a first-boot script comes from; undefined when it is not there. */
  readonly versionOf: (source: UserDataSource) => string | undefined;
}

/** The intents of creates, numbered after `attempt`; what does not fit any more goes into the next wave. A create whose script is missing is left out. */
export function makeIntents(
  creates: readonly CloudChange[],
  attempt: number,
  context: IntentContext,
): readonly Intent[] {
  const intents: Intent[] = [];
  let size = context.open.reduce((sum, intent) => sum + intent.request.length, 0);
  for (const change of creates) {
    const intent = makeIntent(change, attempt + intents.length + 1, context);
    if (intent === undefined) continue;
    size += intent.request.length;
    if (size > INTENT_LIMITS.together || context.open.length + intents.length >= INTENT_LIMITS.count) break;
    intents.push(intent);
  }
  return intents;
}

function makeIntent(change: CloudChange, attempt: number, context: IntentContext): Intent | undefined {
  const tags = tagsFor(
    {
      owner: context.owner,
      install: context.install,
      object: context.object,
      uid: context.uid,
      resource: change.name,
      attempt,
    },
    userTagsOf(change.action),
  );
  const call = freeze(withTags(change.action, tags), context.region);
  if (call === undefined) throw new Error(`${change.type} ${change.name} is no create: it has no request to freeze`);
  const source = change.action.service === 'ecs' ? change.action.userDataFrom : undefined;
  const version = source === undefined ? '' : context.versionOf(source);
  if (version === undefined) return undefined;
  const request = stableJson(call);
  if (request.length > INTENT_LIMITS.each)
    throw new Error(`the request for ${change.name} is longer than ${INTENT_LIMITS.each} characters`);
  return {
    attempt,
    token: requestToken({ owner: context.owner, uid: context.uid, resources: [change.name], attempt }),
    action: call.action,
    type: change.type,
    resource: change.name,
    count: change.count,
    ...(change.zone === undefined ? {} : { zone: change.zone }),
    request,
    ...(source === undefined
      ? {}
      : {
          fromObjects: [
            { param: 'UserData', kind: source.kind, name: source.name, key: source.key, resourceVersion: version },
          ],
        }),
    startedAt: formatTime(context.now),
  };
}

function userTagsOf(of: CloudAction): Tags {
  return 'tags' in of.action ? of.action.tags : {};
}

/** The create with its tags in place of the user's own. */
function withTags(of: CloudAction, tags: Tags): CloudAction {
  switch (of.service) {
    case 'vpc':
      return 'tags' in of.action ? { ...of, action: { ...of.action, tags } } : of;
    case 'ecs':
      return 'tags' in of.action ? { ...of, action: { ...of.action, tags } } : of;
    case 'slb':
      return 'tags' in of.action ? { ...of, action: { ...of.action, tags } } : of;
    default:
      return of satisfies never;
  }
}

/** The frozen request; undefined when somebody wrote something else into the record. */
export function frozenCall(intent: Pick<Intent, 'request'>): Call | undefined {
  try {
    const call: unknown = JSON.parse(intent.request);
    return isCall(call) ? call : undefined;
  } catch {
    return undefined;
  }
}

function isCall(value: unknown): value is Call {
  return (
    typeof value === 'object' &&
    value !== null &&
    'service' in value &&
    ['vpc', 'ecs', 'slb'].some((service) => service === value.service) &&
    'action' in value &&
    typeof value.action === 'string' &&
    'params' in value &&
    typeof value.params === 'object' &&
    value.params !== null
  );
}

/** Creates that make a new id each time they are sent travel as intents; rules and listeners have a natural key, and making them twice changes nothing. */
export function needsIntent(change: Pick<CloudChange, 'verb' | 'type'>): boolean {
  return change.verb === 'Create' && isRecorded(change.type);
}

/** True when the intent makes what the change asks for. */
export function matches(intent: Intent, change: Pick<CloudChange, 'type' | 'name' | 'verb'>): boolean {
  return change.verb === 'Create' && intent.type === change.type && intent.resource === change.name;
}
