// A session of plain values: a cloud client that answers from a script, and an inventory whose memory is a view and whose
// calls are answered by the test. Everything that was asked for is remembered.
// oxlint-disable typescript/no-unsafe-type-assertion typescript/no-unnecessary-type-parameters
import type { CloudError } from '../../src/cloud/call.ts';
import type { Inventory } from '../../src/cloud/inventory/inventory.ts';
import type { CloudRecord, Tags } from '../../src/cloud/service.ts';
import type { View } from '../../src/controllers/model.ts';
import type { CloudSession } from '../../src/controllers/sessions.ts';
import { OWNER, REGION } from './builders.ts';
import { guestsThat } from './plan-input.ts';
import { type RecordedCloud, recordedCloud } from './recorded-cloud.ts';
import { viewOf } from './view.ts';

/** How the session answers; nothing is found unless told. */
export interface SessionScript {
  readonly client?: RecordedCloud;
  readonly view?: View;
  readonly lookUp?: (type: string, tags: Tags) => readonly CloudRecord[] | CloudError;
  readonly fresh?: (type: string, ids: readonly string[]) => readonly CloudRecord[] | CloudError;
  readonly frozen?: boolean;
}

/** A session, and what the inventory was asked: `touch Server i-1`. */
export interface ScriptedSession {
  readonly session: CloudSession;
  readonly client: RecordedCloud;
  readonly asked: string[];
}

/** Makes a session. */
export function sessionOf(script: SessionScript = {}): ScriptedSession {
  const asked: string[] = [];
  const client = script.client ?? recordedCloud([]);
  const note = (what: string, type: string, ids: readonly string[]): void =>
    void asked.push([what, type, ...ids].join(' '));
  const inventory: Inventory = {
    ...(script.view ?? viewOf()),
    synced: () => true,
    touch: (type, ids) => note('touch', type, ids),
    expectGone: (type, ids) => note('expectGone', type, ids),
    touchDetail: (type, ids) => note('touchDetail', type, ids),
    fresh: async <R extends CloudRecord>(type: string, ids: readonly string[]) => {
      note('fresh', type, ids);
      return (script.fresh?.(type, ids) ?? []) as readonly R[] | CloudError;
    },
    lookUp: async <R extends CloudRecord>(type: string, tags: Tags) => {
      note('lookUp', type, Object.values(tags));
      return (script.lookUp?.(type, tags) ?? []) as readonly R[] | CloudError;
    },
    track: () => undefined,
    forget: () => undefined,
    doubt: () => undefined,
    settleDoubt: () => undefined,
    failures: () => [],
    close: () => undefined,
  };
  const session: CloudSession = {
    account: 'production',
    region: REGION,
    owner: OWNER,
    client,
    inventory,
    frozen: script.frozen ?? false,
    guestsFor: () => guestsThat(),
  };
  return { session, client, asked };
}
