// The public metadata of each service, generated (README.md), typed by hand.

import ecs from './ecs.json' with { type: 'json' };
import slb from './slb.json' with { type: 'json' };
import sts from './sts.json' with { type: 'json' };
import vpc from './vpc.json' with { type: 'json' };
import { countedByAction, extraActions, optional, pageLimits } from './extra.ts';
import type { ActionMeta, ServiceMeta } from './types.ts';

interface Generated {
  readonly names: readonly string[];
  readonly actions: unknown;
  readonly errors: unknown;
}

const withOptional = (meta: ActionMeta, name: string): ActionMeta => ({ ...meta, [name]: { ...meta[name], r: 0 } });

const withoutCount = (meta: ActionMeta): ActionMeta => ({
  ...meta,
  InstanceId: { ...meta['InstanceId'], n: Number.POSITIVE_INFINITY },
});

const withLimits = (meta: ActionMeta, limits: Readonly<Record<string, number>>): ActionMeta => ({
  ...meta,
  ...Object.fromEntries(Object.entries(limits).map(([name, max]) => [name, { ...meta[name], min: 1, max }])),
});

const load = (service: string, generated: Generated): ServiceMeta => {
  const extra = extraActions[service] ?? {};
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the generator writes this shape
  const actions = generated.actions as ServiceMeta['actions'];
  const relaxed = Object.fromEntries(
    Object.entries(optional[service] ?? {}).map(([action, name]) => [
      action,
      withOptional(actions[action] ?? {}, name),
    ]),
  );
  const uncounted = Object.fromEntries(
    (countedByAction[service] ?? []).map((action) => [action, withoutCount(actions[action] ?? {})]),
  );
  const limited = Object.fromEntries(
    Object.entries(pageLimits[service] ?? {}).map(([action, limits]) => [
      action,
      withLimits(relaxed[action] ?? uncounted[action] ?? actions[action] ?? {}, limits),
    ]),
  );
  return {
    names: new Set([...generated.names, ...Object.keys(extra)]),
    actions: { ...actions, ...relaxed, ...uncounted, ...limited, ...extra },
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the generator writes this shape
    errors: generated.errors as ServiceMeta['errors'],
  };
};

/** Metadata by service name. */
export const metadata: Readonly<Record<string, ServiceMeta>> = {
  ecs: load('ecs', ecs),
  slb: load('slb', slb),
  sts: load('sts', sts),
  vpc: load('vpc', vpc),
};

/** Documented status and message of a code for this action, or of its commonest use in the service. */
export const documented = (service: string, action: string, code: string): readonly [number, string] | undefined => {
  const byAction = metadata[service]?.errors[code];
  return byAction?.[action] ?? byAction?.['*'];
};
