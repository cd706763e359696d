// Questions inside guests, for servers of the own object only: a record may name any server.
import { TAG_UID } from '../cloud/tags.ts';
import type { Guests } from './kind.ts';
import type { LiveServer } from './parts/fleet.ts';

/** Guests of which only those are asked that carry this uid. */
export function ownGuests(guests: Guests, uid: string): Guests {
  const isOwn = ({ record }: LiveServer): boolean => record === undefined || record.tags[TAG_UID] === uid;
  return {
    ...guests,
    startUp: (server, spec) => (isOwn(server) ? guests.startUp(server, spec) : { kind: 'not-asked' }),
    gate: (server, requests) => (isOwn(server) ? guests.gate(server, requests) : 'failed'),
  };
}
