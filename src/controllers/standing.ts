// What every change stands on, read fresh in one call per type before a wave's changes: it must be there and carry this
// object's uid, and what is to be started must still be down. Parts (rules, listeners, members) have no tags of their own:
// whose they are stands on what they are parts of; a member is a server too, which may have just gone.
import type { Applied, CloudRecord } from '../cloud/service.ts';
import { TAG_UID } from '../cloud/tags.ts';
import type { CloudChange } from './model.ts';
import type { CloudSession } from './sessions.ts';

interface Owners {
  readonly type: string;
  readonly ids: readonly string[];
}

const HELD_BY: Readonly<Record<string, string>> = {
  SecurityGroupRules: 'SecurityGroup',
  Backends: 'LoadBalancer',
  ServerMaintenance: 'Server',
};

/** The load balancers that a listener's change is about. */
export function loadBalancersOf({ action: { action } }: CloudChange): readonly string[] {
  return 'ref' in action ? [action.ref.loadBalancerId] : [];
}

function ownersOf(change: CloudChange): readonly Owners[] {
  const { action } = change.action;
  if (change.type === 'Listener') return [{ type: 'LoadBalancer', ids: loadBalancersOf(change) }];
  const ids = 'groupId' in action ? [action.groupId] : change.ids;
  const whole = { type: HELD_BY[change.type] ?? change.type, ids };
  return action.kind === 'AddBackends'
    ? [whole, { type: 'Server', ids: action.backends.map(({ serverId }) => serverId) }]
    : [whole];
}

/** Reads what these changes stand on; the answer says why a change may not run, or undefined when it may. */
export async function readStanding(
  changes: readonly CloudChange[],
  context: { readonly session: CloudSession; readonly uid: string },
): Promise<(change: CloudChange) => Applied | undefined> {
  const idsByType = Map.groupBy(changes.flatMap(ownersOf), ({ type }) => type);
  const answers = new Map(
    await Promise.all(
      [...idsByType].map(async ([type, owners]) => {
        const ids = [...new Set(owners.flatMap((owner) => owner.ids))];
        return [type, await context.session.inventory.fresh<CloudRecord>(type, ids)] as const;
      }),
    ),
  );
  const judge = (change: CloudChange, { type, ids }: Owners): Applied | undefined => {
    const answer = answers.get(type) ?? [];
    if ('class' in answer) return { kind: 'failed', error: answer };
    const records = answer.filter((record) => ids.includes(record.id));
    return refusalOf(change, { ids, records, uid: context.uid });
  };
  return (change) => {
    for (const owners of ownersOf(change)) {
      const refusal = judge(change, owners);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  };
}

function refusalOf(
  change: CloudChange,
  of: { readonly ids: readonly string[]; readonly records: readonly CloudRecord[]; readonly uid: string },
): Applied | undefined {
  const unseen = of.ids.filter((id) => !of.records.some((record) => record.id === id));
  if (unseen.length > 0)
    return { kind: 'held', reason: `${unseen.join(', ')} is not visible in the cloud, so nothing is concluded yet` };
  const foreign = of.records.find((record) => record.tags[TAG_UID] !== of.uid);
  if (foreign !== undefined)
    return {
      kind: 'held',
      reason: `${foreign.id} does not carry this object's tags any more, so nothing is changed there`,
    };
  const moved = change.verb === 'Start' ? of.records.find((record) => hasMoved(change, record)) : undefined;
  return moved === undefined
    ? undefined
    : { kind: 'held', reason: `${moved.id} is ${moved.state} meanwhile, so it is not started` };
}

/** True when what was planned to be started is not in the state any more in which it was seen. */
function hasMoved(change: CloudChange, record: CloudRecord): boolean {
  const [field] = change.fields;
  return change.type !== 'Listener' && field?.path === 'state' && record.state !== field.from;
}
