// What the cloud holds with an object's uid and neither its record nor an open intent explains: entries that were lost, or copies.
import type { CloudError } from '../cloud/call.ts';
import type { CloudRecord } from '../cloud/service.ts';
import { TAG_ATTEMPT, TAG_UID } from '../cloud/tags.ts';
import type { ResourceType } from '../crds/index.ts';
import type { Found } from './adopt.ts';
import type { Draft } from './draft.ts';
import type { OwnerObject } from './model.ts';
import type { CloudSession } from './sessions.ts';
import type { Visit } from './visit.ts';

/** Lists each of these types once by the uid tag; `draft` is the record as this visit has it by now. */
export async function findUnrecorded<T extends OwnerObject, R>(
  visit: Visit<T, R>,
  types: Iterable<ResourceType>,
  { session, draft }: { readonly session: CloudSession; readonly draft: Draft },
): Promise<readonly Found[] | CloudError> {
  const records = [...visit.draft.resources, ...draft.resources, ...draft.retained];
  const known = new Set([...records.map(({ id }) => id), ...visit.memory.left]);
  const open = new Set([...visit.draft.intents, ...draft.intents].map(({ attempt }) => String(attempt)));
  const found: Found[] = [];
  for (const type of types) {
    const answer = await session.inventory.lookUp<CloudRecord>(type, { [TAG_UID]: visit.object.metadata.uid });
    if ('class' in answer) return answer;
    found.push(
      ...answer
        .filter((record) => !known.has(record.id) && !open.has(record.tags[TAG_ATTEMPT] ?? ''))
        .map((record) => ({ type, record })),
    );
  }
  return found;
}
