// What the ledger and the API server say in the end: no call named anything of theirs, and theirs stands as it stood.
import { type Call, type Resource, accountIdOf } from '../../e2e/flows/cloud.ts';
import { REGION } from '../../e2e/flows/objects.ts';
import type { Loose } from '../../support/api-proxy.ts';
import type { Yard } from './yard.ts';

/** Mutating calls of the operator since the mark, committed or not, that name an id, an object or a uid of the other tenant or of strangers. */
export async function foreignCalls(yard: Yard): Promise<readonly Call[]> {
  const names = await foreignNames(yard);
  const isForeign = ({ params, resourceIds }: Call): boolean =>
    [...Object.values(params), ...resourceIds].some((text) => names.some((name) => text.includes(name)));
  const calls = (await yard.cloud.calls(accountIdOf(0))).filter((call) => call.n > yard.mark);
  return calls.filter((call) => call.mutating && call.accessKeyId !== 'console' && isForeign(call));
}

async function foreignNames({ theirs, b, cloud }: Yard): Promise<readonly string[]> {
  const strangers = (await cloud.living(accountIdOf(0))).filter(({ tagsNow }) => Object.keys(tagsNow).length === 0);
  const standing = strangers.filter(({ type }) => type === 'vpc').map(({ id }) => id);
  return [...Object.values(theirs), ...standing, `/${b}/`];
}

/** First-boot script of a server, as the cloud has it. */
export async function userDataOf({ cloud }: Yard, id: string): Promise<string> {
  const params = { RegionId: REGION, InstanceId: id };
  const asked = { service: 'ecs', action: 'DescribeUserData', account: accountIdOf(0), params };
  const { answer }: Loose = await cloud.emulator.control('POST', 'drift', asked);
  return Buffer.from(String(answer.UserData), 'base64').toString('utf8');
}

/** What theirs is like: every resource that carries their namespace in its tags, with attributes and tags. */
export async function standing({ cloud, b }: Yard | Pick<Yard, 'cloud' | 'b'>): Promise<readonly Loose[]> {
  const all: readonly Resource[] = await cloud.living(accountIdOf(0));
  return all
    .filter(({ tagsNow }) => tagsNow['financecloud.io/object']?.includes(`/${b}/`))
    .map(({ type, id, zone, attributes, tagsNow }) => ({ type, id, zone, attributes, tagsNow }))
    .toSorted((one, other) => one.id.localeCompare(other.id));
}
