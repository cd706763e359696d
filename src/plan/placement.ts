// Where servers belong: the two zones hold equal numbers, a difference of one at most. Pure arithmetic over servers on record.
//
//   total < wanted            -> create in the short zone
//   total = wanted, skew > 1  -> surge: more in the short zone first, then drain as many in the long zone
//   total > wanted            -> drain in the long zone (only where taking away is allowed)

/** A server on record; `spare` ones are preferred as surplus (unhealthy, or the newest). */
export interface PlacedServer {
  readonly name: string;
  readonly id: string;
  readonly zone: string;
  readonly healthy: boolean;
  /** Never released by us, so never surplus. */
  readonly fixed?: boolean;
}

/** A replacement on record, as far as placement cares. */
export interface OngoingReplacement {
  readonly surplusId: string;
  readonly newId?: string | undefined;
  readonly fromZone: string;
  readonly toZone: string;
  readonly step?: string;
}

/** What placement decides from. `servers` excludes the absent and the retained; zones in order of preference. */
export interface PlacementInput {
  readonly wanted: ReadonlyMap<string, number>;
  readonly servers: readonly PlacedServer[];
  readonly replacements: readonly OngoingReplacement[];
  /** Zones that are impaired: nothing is moved out of or into them; what is missing in them is still made there. */
  readonly closedZones: ReadonlySet<string>;
  /** Moves between zones that may begin together; one when absent. */
  readonly movesAtOnce?: number | undefined;
}

/** One decision. `surplus` names the server that goes. */
export type Placement =
  | { readonly kind: 'create'; readonly zone: string; readonly count: number }
  | { readonly kind: 'surge'; readonly surplus: PlacedServer; readonly toZone: string }
  | { readonly kind: 'shrink'; readonly surplus: PlacedServer };

/** Wanted servers per zone: as even as can be, the first zone takes the odd one. */
export function spread(total: number, zones: readonly string[]): ReadonlyMap<string, number> {
  return new Map(
    zones.map((zone, index) => [zone, Math.floor(total / zones.length) + (index < total % zones.length ? 1 : 0)]),
  );
}

/** Difference between the fullest and the emptiest zone. */
export function skew(counts: ReadonlyMap<string, number>): number {
  const values = [...counts.values()];
  return values.length === 0 ? 0 : Math.max(...values) - Math.min(...values);
}

/** Servers per zone, zero for zones without any; servers in other zones count under their own. */
export function countByZone(
  zones: Iterable<string>,
  servers: readonly Pick<PlacedServer, 'zone'>[],
): Map<string, number> {
  const counts = new Map<string, number>([...zones].map((zone) => [zone, 0]));
  for (const { zone } of servers) counts.set(zone, (counts.get(zone) ?? 0) + 1);
  return counts;
}

/** Decides; deterministic, and idempotent once its decisions are on record. */
export function place(input: PlacementInput): readonly Placement[] {
  const counts = settledCounts(input);
  const wantedTotal = sum(input.wanted.values());
  const total = sum(counts.values());
  if (total < wantedTotal) return createMissing(input, counts, wantedTotal - total);
  if (input.replacements.length > 0) return [];
  if (total > wantedTotal) return shrinkOne(input, counts);
  return balance(input, counts);
}

/**
 * Servers on their way out that are wanted again, by id: a number that was raised, a fleet that was declared again or
 * another server that was lost is met first by those that are still there. What is being deleted is not among them.
 */
export function takenBack(input: PlacementInput): ReadonlySet<string> {
  const missing = sum(input.wanted.values()) - sum(settledCounts(input).values());
  if (missing <= 0) return new Set();
  const leaving = new Set(input.replacements.filter(onlyLeaves).map((item) => item.surplusId));
  const there = input.servers
    .filter(({ id }) => leaving.has(id))
    .toSorted((a, b) => Number(b.healthy) - Number(a.healthy));
  return new Set(there.slice(0, missing).map(({ id }) => id));
}

function onlyLeaves({ newId, fromZone, toZone, step }: OngoingReplacement): boolean {
  return newId === undefined && fromZone === toZone && step !== 'Released';
}

/** A pair under replacement counts once, where it is going; a server that only leaves counts no more. */
function settledCounts(input: PlacementInput): Map<string, number> {
  const leaving = new Set(input.replacements.map((item) => item.surplusId));
  const newcomers = new Set(input.replacements.flatMap((item) => item.newId ?? []));
  const counts = countByZone(
    input.wanted.keys(),
    input.servers.filter((s) => !leaving.has(s.id) && !newcomers.has(s.id)),
  );
  for (const { fromZone, toZone } of input.replacements) {
    if (fromZone !== toZone) counts.set(toZone, (counts.get(toZone) ?? 0) + 1);
  }
  return counts;
}

function createMissing(
  input: PlacementInput,
  counts: ReadonlyMap<string, number>,
  missing: number,
): readonly Placement[] {
  const plan = new Map<string, number>();
  for (let n = 0; n < missing; n += 1) {
    const zone = shortest(input.wanted, counts, plan);
    plan.set(zone, (plan.get(zone) ?? 0) + 1);
  }
  return [...plan].map(([zone, count]) => ({ kind: 'create', zone, count }));
}

function shortest(
  wanted: ReadonlyMap<string, number>,
  counts: ReadonlyMap<string, number>,
  plan: ReadonlyMap<string, number>,
): string {
  const gap = (zone: string) => (wanted.get(zone) ?? 0) - (counts.get(zone) ?? 0) - (plan.get(zone) ?? 0);
  return [...wanted.keys()].reduce((best, zone) => (gap(zone) > gap(best) ? zone : best));
}

/** As many moves as evenness needs and as may begin together. */
function balance(input: PlacementInput, counts: ReadonlyMap<string, number>): readonly Placement[] {
  const moves: (Placement & { readonly kind: 'surge' })[] = [];
  let after = counts;
  while (moves.length < (input.movesAtOnce ?? 1)) {
    const taken = new Set(moves.map((move) => move.surplus.id));
    const move = nextMove({ ...input, servers: input.servers.filter(({ id }) => !taken.has(id)) }, after);
    if (move === undefined) break;
    moves.push(move);
    after = afterMove(input, after, move);
  }
  return moves;
}

function nextMove(
  input: PlacementInput,
  counts: ReadonlyMap<string, number>,
): (Placement & { readonly kind: 'surge' }) | undefined {
  const gaps = [...counts].map(([zone, count]) => ({ zone, over: count - (input.wanted.get(zone) ?? 0) }));
  const long = gaps.reduce((best, item) => (item.over > best.over ? item : best));
  const short = gaps.reduce((best, item) => (item.over < best.over ? item : best));
  const uneven = skew(counts) > 1 || gaps.some((item) => !input.wanted.has(item.zone) && item.over > 0);
  if (!uneven || input.closedZones.has(long.zone) || input.closedZones.has(short.zone)) return undefined;
  const surplus = pickSurplus(input.servers, long.zone);
  return surplus === undefined ? undefined : { kind: 'surge', surplus, toZone: short.zone };
}

function afterMove(
  input: PlacementInput,
  counts: ReadonlyMap<string, number>,
  { surplus, toZone }: Placement & { readonly kind: 'surge' },
): ReadonlyMap<string, number> {
  const after = new Map(counts);
  after.set(surplus.zone, (after.get(surplus.zone) ?? 0) - 1);
  after.set(toZone, (after.get(toZone) ?? 0) + 1);
  if (!input.wanted.has(surplus.zone) && after.get(surplus.zone) === 0) after.delete(surplus.zone);
  return after;
}

function shrinkOne(input: PlacementInput, counts: ReadonlyMap<string, number>): readonly Placement[] {
  const over = (zone: string) => (counts.get(zone) ?? 0) - (input.wanted.get(zone) ?? 0);
  const zone = [...counts.keys()].reduce((best, item) => (over(item) > over(best) ? item : best));
  if (input.closedZones.has(zone)) return [];
  const surplus = pickSurplus(input.servers, zone);
  return surplus === undefined ? [] : [{ kind: 'shrink', surplus }];
}

/** An unhealthy server goes before a healthy one, then the one with the highest ordinal. */
function pickSurplus(servers: readonly PlacedServer[], zone: string): PlacedServer | undefined {
  return servers
    .filter((server) => server.zone === zone && server.fixed !== true)
    .toSorted((a, b) => Number(a.healthy) - Number(b.healthy) || ordinal(b.name) - ordinal(a.name))[0];
}

/** The number behind the last slash of a server's logical name; -1 without one. */
export function ordinal(name: string): number {
  const tail = /\/(\d+)$/.exec(name)?.[1];
  return tail === undefined ? -1 : Number(tail);
}

function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0);
}
