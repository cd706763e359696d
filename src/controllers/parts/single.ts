// Plans one resource that stands alone: create it, wait for it, set its fields back, or say what can only be reported.
import type { CloudRecord } from '../../cloud/service.ts';
import { TAG_UID } from '../../cloud/tags.ts';
import type { RecordedResource } from '../../crds/index.ts';
import { type ResourceKey, emptyPlan } from '../../plan/change.ts';
import { type FieldChange, type FieldTable, changedPart, diffFields } from '../../plan/fields.ts';
import { type CloudAction, type CloudPlan, type Fact, type View, known, missing } from '../model.ts';

/** What is known and wanted of one resource. */
export interface SingleInput<S extends object> {
  readonly type: RecordedResource['type'];
  readonly name: string;
  readonly uid: string;
  readonly recorded: RecordedResource | undefined;
  /** Canonical: what is not judged is left out. */
  readonly desired: Partial<S>;
  /** Canonical form of what is live, where that differs from the record. */
  readonly adjustLive?: (live: S) => Partial<S>;
  readonly table: FieldTable<S>;
  readonly readyStates: readonly string[];
  readonly blueprint: string;
  readonly create: Fact<CloudAction>;
  readonly needs: readonly ResourceKey[];
  readonly update: (id: string, set: Partial<S>, live: S) => CloudAction;
  /** Brings a stopped resource back; absent where the type has no such state. */
  readonly start?: { readonly states: readonly string[]; readonly action: (id: string) => CloudAction };
}

/** The plan of one resource. */
export function planSingle<S extends object>(input: SingleInput<S>, view: View): CloudPlan {
  if (input.recorded === undefined) return planCreate(input, 'declared and not there yet');
  const presence = view.get<CloudRecord & S>(input.type, input.recorded.id);
  switch (presence.kind) {
    case 'absent':
      return planCreate(input, `${input.recorded.id} is gone from the cloud`);
    case 'unconfirmed':
      return waiting(input, input.recorded.id, 'not visible in the cloud yet, or being confirmed gone');
    case 'present':
      return planLive(input, presence.record);
    default:
      return presence satisfies never;
  }
}

function planCreate<S extends object>(input: SingleInput<S>, reason: string): CloudPlan {
  const { type, name, create, blueprint, needs } = input;
  if (create.kind === 'missing') return { ...emptyPlan, blocked: [{ type, name, dependency: create.dependency }] };
  const change = {
    verb: 'Create',
    type,
    name,
    ids: [],
    count: 1,
    fields: [],
    impact: 'Safe',
    blueprint,
    reason,
    needs,
    action: create.value,
  } as const;
  return { ...emptyPlan, changes: [change] };
}

function planLive<S extends object>(input: SingleInput<S>, live: CloudRecord & S): CloudPlan {
  if (live.tags[TAG_UID] !== input.uid) return tagsLost(input, live);
  if (input.start?.states.includes(live.state)) return planStart(input, live, input.start.action(live.id));
  if (!input.readyStates.includes(live.state)) return waiting(input, live.id, `is ${live.state}`);
  const fields = diffFields<S>(input.table, input.desired, input.adjustLive?.(live) ?? live);
  const mutable = fields.filter((field) => field.rule === 'mutable');
  const set = changedPart(input.desired, mutable);
  const { type, name } = input;
  const update = {
    verb: 'Update',
    type,
    name,
    ids: [live.id],
    count: 1,
    fields: mutable,
    impact: 'Safe',
    blueprint: mutable[0]?.blueprint ?? input.blueprint,
    reason: 'differs from the declaration',
    needs: [],
    action: input.update(live.id, set, live),
  } as const;
  return {
    ...emptyPlan,
    changes: mutable.length > 0 ? [update] : [],
    reported: fields.filter((field) => field.rule !== 'mutable').map((field) => reportField(name, field)),
  };
}

function planStart<S extends object>(input: SingleInput<S>, live: CloudRecord, action: CloudAction): CloudPlan {
  const { type, name, blueprint } = input;
  const fields = [
    { path: 'state', from: live.state, to: input.readyStates[0], impact: 'Safe', rule: 'mutable', blueprint },
  ] as const;
  const change = {
    verb: 'Start',
    type,
    name,
    ids: [live.id],
    count: 1,
    fields,
    impact: 'Safe',
    blueprint,
    reason: `is ${live.state}`,
    needs: [],
    action,
  } as const;
  return { ...emptyPlan, changes: [change] };
}

/** True when what is on record is seen without this object's tags: its parts are then not touched either. */
export function isLost({ type, id }: Pick<RecordedResource, 'type' | 'id'>, uid: string, view: View): boolean {
  const presence = view.get<CloudRecord>(type, id);
  return presence.kind === 'present' && presence.record.tags[TAG_UID] !== uid;
}

/** What another object publishes of itself. */
export interface Published {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly record: Pick<RecordedResource, 'type' | 'id'>;
  readonly fact: string;
}

/** The id that another object has on record, unless what is seen there carries other tags: nothing is built on what is not its own. */
export function ownFact({ kind, metadata, record, fact }: Published, view: View): Fact<string> {
  if (!isLost(record, metadata.uid, view)) return known(record.id);
  return missing(kind, metadata.name, `${fact} (${record.id} does not carry its tags)`);
}

/** A resource whose tags no longer name its object is neither changed nor made again: whose it is must be settled by people. */
function tagsLost<S extends object>(input: SingleInput<S>, live: CloudRecord): CloudPlan {
  const observed = live.tags[TAG_UID] ?? 'no tag';
  return {
    ...emptyPlan,
    reported: [
      {
        path: `${input.name}.tags`,
        desired: `${TAG_UID}=${input.uid}`,
        observed,
        impact: 'Forbidden',
        blueprint: input.blueprint,
      },
    ],
  };
}

function waiting<S extends object>(input: SingleInput<S>, id: string, why: string): CloudPlan {
  return { ...emptyPlan, pending: [{ type: input.type, name: input.name, id, why }] };
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A difference that no call of ours may mend. */
export function reportField(name: string, field: FieldChange) {
  return {
    path: `${name}.${field.path}`,
    desired: text(field.to),
    observed: text(field.from),
    impact: field.impact,
    blueprint: field.blueprint,
  };
}
