// Judgement on a rebalance: the newcomer proves itself and serves before the surplus server is drained and released.
import type { Ledger, LedgerResource } from './facts.ts';
import { typeOf, weightsIn, writesSince, type Fleet } from './ledger.ts';
import { askedInside, newcomers, shortZone, type Mark } from './servers.ts';
import { objections, verdict, type Verdict } from './verdict.ts';

/** What a rebalance must keep to: the zones by name, and the least drain in milliseconds of the emulator's clock. */
export interface Rebalance extends Mark {
  readonly shortZone: string;
  readonly longZone: string;
  readonly drainMs: number;
}

interface Moment {
  readonly what: string;
  readonly at: number | undefined;
}

/** Surge in the short zone, health gate, into service, then drain and release in the long zone, in this order. */
export function rebalancedInOrder(ledger: Ledger, fleet: Fleet, rule: Rebalance): Verdict {
  const [newcomer, second] = newcomers(ledger, fleet, rule);
  if (newcomer === undefined) return { holds: false, text: 'no server was made in the short zone yet' };
  const surplus = released(ledger, rule);
  const moments = momentsOf(ledger, rule, { newcomer, surplus });
  const rest = restOf(surplus, moments);
  return verdict(
    [
      ...objections([[second !== undefined, `more than one server was made: ${newcomer.id}, ${second?.id}`]]),
      ...misplaced(newcomer, rule.shortZone),
      ...(surplus === undefined ? [] : misplaced(surplus, rule.longZone)),
      ...objections([[surplus !== undefined && rest < rule.drainMs, `drained for ${seconds(rest)} s only`]]),
      ...outOfOrder(moments),
    ],
    `order kept: ${moments.map(({ what }) => what).join(', ')}; drained for ${seconds(rest)} s of the emulator's clock`,
  );
}

function misplaced(server: LedgerResource, zone: string): readonly string[] {
  return server.zone === zone ? [] : [`${server.id} is in zone ${server.zone}, ${zone} was right`];
}

function restOf(surplus: LedgerResource | undefined, moments: readonly Moment[]): number {
  return (surplus?.deletedAt ?? 0) - (moments.at(-2)?.at ?? 0);
}

function momentsOf(
  ledger: Ledger,
  rule: Rebalance,
  pair: { readonly newcomer: LedgerResource; readonly surplus: LedgerResource | undefined },
): readonly Moment[] {
  const weights = weightChanges(ledger, rule);
  const { newcomer, surplus } = pair;
  const first = weights.find(({ serverId }) => serverId === newcomer.id);
  const given = (id: string | undefined, weight: number): number | undefined =>
    weights.find((change) => change.serverId === id && change.weight === weight)?.at;
  const old = surplus?.id ?? 'the surplus server';
  return [
    { what: `${newcomer.id} made in ${shortZone(newcomer.zone ?? '')}`, at: newcomer.createdAt },
    { what: 'asked inside', at: askedInside(ledger, newcomer.id, rule) },
    { what: 'registered with weight 1', at: first?.weight === 1 ? first.at : undefined },
    { what: 'in service with weight 100', at: given(newcomer.id, 100) },
    { what: `${old} drained with weight 0`, at: given(surplus?.id, 0) },
    { what: `${old} released`, at: surplus?.deletedAt ?? undefined },
  ];
}

function outOfOrder(moments: readonly Moment[]): readonly string[] {
  const missing = moments.filter(({ at }) => at === undefined).map(({ what }) => what);
  const wrong = moments.flatMap(({ what, at }, index) => {
    const before = moments[index - 1];
    return at !== undefined && before?.at !== undefined && before.at > at ? [`${what} came before ${before.what}`] : [];
  });
  return missing.length === 0 ? wrong : [...wrong, `still to come: ${missing.join(', ')}`];
}

function released(ledger: Ledger, mark: Mark): LedgerResource | undefined {
  const touched = new Set(writesSince(ledger, mark.since, mark.operatorKey).flatMap(({ resourceIds }) => resourceIds));
  return ledger.resources.find(
    (resource) =>
      typeOf(resource) === 'ecs.instance' &&
      touched.has(resource.id) &&
      resource.deletedBy?.accessKeyId === mark.operatorKey,
  );
}

function weightChanges(ledger: Ledger, mark: Mark): readonly { at: number; serverId: string; weight: number }[] {
  return writesSince(ledger, mark.since, mark.operatorKey)
    .filter((call) => !call.action.startsWith('Remove'))
    .flatMap((call) => weightsIn(call).map((entry) => ({ at: call.at, ...entry })));
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}
