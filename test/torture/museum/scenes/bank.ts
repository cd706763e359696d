// A bank in a lab that several scenes bend, and what they ask of it.
import { type Lab, conditionsOf, startLab } from '../../../support/lab/lab.ts';
import type { Declared } from '../../../support/lab/objects.ts';
import { banks } from '../../../support/lab/worlds.ts';

export const ENVIRONMENT = 'FinanceCloudEnvironment';
export const BANK = 'team-0/bank';

/** Environment and security zone of one bank with two servers; `spec` and `servers` go over what stands there. */
export function bank(
  of: { readonly spec?: object; readonly servers?: object; readonly metadata?: object } = {},
): readonly Declared[] {
  const { spec = {}, servers = {}, metadata = {} } = of;
  return banks(1, 2).map((object) => {
    const own: { readonly modules?: readonly { readonly servers: object }[] } = Object(object.spec);
    const modules = own.modules?.map((module) => ({ ...module, servers: { ...module.servers, ...servers } }));
    const more = modules === undefined ? {} : { modules, ...spec };
    return { ...object, metadata: { ...object.metadata, ...metadata }, spec: { ...own, ...more } };
  });
}

/** Runs a scene in a lab and ends the lab. */
export async function inLab(
  objects: readonly Declared[],
  play: (lab: Lab) => Promise<readonly string[]>,
  cloud: object = {},
): Promise<readonly string[]> {
  const lab = await startLab({ objects, cloud });
  try {
    return await play(lab);
  } finally {
    await lab.stop();
  }
}

/** Deletes environment and zone, and waits until they are gone. */
export async function farewell(lab: Lab): Promise<void> {
  lab.remove(ENVIRONMENT, BANK);
  lab.remove('SecurityZone', 'team-0/dmz');
  const isGone = () => lab.get(ENVIRONMENT, BANK) === undefined && lab.get('SecurityZone', 'team-0/dmz') === undefined;
  await lab.until('the objects are gone', isGone, 900);
}

/** Reason and message of the environment's Ready. */
export function ready(lab: Lab): string {
  const condition = conditionsOf(lab.get(ENVIRONMENT, BANK)?.status).find(({ type }) => type === 'Ready');
  return `${condition?.status} ${condition?.reason}: ${condition?.message}`;
}
