// A server that carries this object's tags and is not on record (a clone, say) is never capacity and never drained.
import type { ServerRecord } from '../../../cloud/ecs/model.ts';
import { TAG_UID } from '../../../cloud/tags.ts';
import type { EnvironmentRule } from '../rule.ts';

export const unrecordedServer: EnvironmentRule = {
  id: 'ARCH-2',
  judge: ({ object, view, records, retained, intents }) => {
    if (intents.length > 0) return [];
    const ours = new Set([...records.map((record) => record.id), ...retained.map((item) => item.id)]);
    return view
      .tagged<ServerRecord>('Server', { [TAG_UID]: object.metadata.uid })
      .filter((server) => !ours.has(server.id))
      .map((server) => ({
        rule: 'ARCH-2',
        severity: 'Warning',
        message: `Server ${server.id} carries this object's tags and is not on record (UnrecordedServer): remove its financecloud.io tags or the server; it is neither used nor drained`,
        evidence: `${server.id} in ${server.zone}`,
      }));
  },
};
