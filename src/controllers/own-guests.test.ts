import assert from 'node:assert/strict';
import { F, UID, recordedServers } from '../../test/support/builders.ts';
import { ownTags, serverRecord } from '../../test/support/cloud-records.ts';
import { guestsThat } from '../../test/support/plan-input.ts';
import { viewOf } from '../../test/support/view.ts';
import { ownGuests } from './own-guests.ts';
import { liveServers } from './parts/fleet.ts';

describe('ownGuests', () => {
  it('asks only servers that carry the uid of the object', () => {
    const tags = [ownTags(), ownTags('uid-of-others'), {}];
    const records = tags.map((tag, index) => serverRecord({ id: `i-web-${index}`, tags: tag }));
    const { servers } = liveServers(recordedServers('web', [F, F, F]), viewOf({ records: { Server: records } }));
    const asked: string[] = [];
    const note = (id: string): void => void asked.push(id);
    const guests = ownGuests(
      {
        ...guestsThat(),
        startUp: ({ id }) => {
          note(id);
          return { kind: 'good' };
        },
        gate: ({ id }) => {
          note(id);
          return 'passed';
        },
      },
      UID.environment,
    );
    const spec = { units: ['app.service'], probe: 'AfterBoot', repair: 'EnableAndStart' } as const;
    assert.deepEqual(
      servers.map((server) => [guests.startUp(server, spec).kind, guests.gate(server, [])]),
      [
        ['good', 'passed'],
        ['not-asked', 'failed'],
        ['not-asked', 'failed'],
      ],
    );
    assert.deepEqual(asked, ['i-web-0', 'i-web-0']);
  });
});
