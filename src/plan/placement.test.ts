import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  type OngoingReplacement,
  type PlacedServer,
  type Placement,
  type PlacementInput,
  countByZone,
  ordinal,
  place,
  skew,
  spread,
  takenBack,
} from './placement.ts';

const ZONES = ['f', 'g'] as const;

/** `f f! g` : three servers web/0.., the second unhealthy; ids are i-0.. */
function serversOf(text: string): readonly PlacedServer[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word, index) => ({
      name: `web/${index}`,
      id: `i-${index}`,
      zone: word.replace('!', ''),
      healthy: !word.endsWith('!'),
    }));
}

interface Case {
  readonly why: string;
  readonly servers: string;
  readonly wanted: number;
  readonly replacements?: readonly OngoingReplacement[];
  readonly closed?: readonly string[];
  readonly moves?: number;
  readonly is: readonly string[];
}

function render(item: Placement): string {
  switch (item.kind) {
    case 'create':
      return `create ${item.count} in ${item.zone}`;
    case 'surge':
      return `surge ${item.surplus.id} to ${item.toZone}`;
    case 'shrink':
      return `shrink ${item.surplus.id}`;
    default:
      return item satisfies never;
  }
}

function inputOf(of: Pick<Case, 'servers' | 'wanted' | 'replacements' | 'closed' | 'moves'>): PlacementInput {
  return {
    wanted: spread(of.wanted, ZONES),
    servers: serversOf(of.servers),
    replacements: of.replacements ?? [],
    closedZones: new Set(of.closed),
    movesAtOnce: of.moves,
  };
}

const surge = (surplusId: string, newId?: string): OngoingReplacement => ({
  surplusId,
  newId,
  fromZone: 'f',
  toZone: 'g',
});
const leave = (surplusId: string, zone: string): OngoingReplacement => ({ surplusId, fromZone: zone, toZone: zone });

const cases: readonly Case[] = [
  { why: 'an empty fleet is made half and half', servers: '', wanted: 4, is: ['create 2 in f', 'create 2 in g'] },
  { why: 'the odd server belongs to the primary zone', servers: '', wanted: 3, is: ['create 2 in f', 'create 1 in g'] },
  { why: 'one server lives in the primary zone', servers: '', wanted: 1, is: ['create 1 in f'] },
  { why: 'what is missing is made in the short zone', servers: 'f f', wanted: 4, is: ['create 2 in g'] },
  {
    why: 'what is missing and uneven: the short zone gets all, nothing is moved',
    servers: 'f f f',
    wanted: 4,
    is: ['create 1 in g'],
  },
  { why: 'even is left alone', servers: 'f f g g', wanted: 4, is: [] },
  { why: 'a difference of one is even, whichever zone has the odd one', servers: 'f g g', wanted: 3, is: [] },
  {
    why: 'a difference of two is not: the newest of the long zone makes room',
    servers: 'f f f g',
    wanted: 4,
    is: ['surge i-2 to g'],
  },
  {
    why: 'an unhealthy server makes room before a healthy one',
    servers: 'f! f f g',
    wanted: 4,
    is: ['surge i-0 to g'],
  },
  { why: 'only one moves at a time', servers: 'f f f f', wanted: 4, is: ['surge i-3 to g'] },
  {
    why: 'several move together where that is declared, and no more than evenness needs',
    servers: 'f f f f',
    wanted: 4,
    moves: 5,
    is: ['surge i-3 to g', 'surge i-2 to g'],
  },
  {
    why: 'no more than declared move together',
    servers: 'f f f f f f f f',
    wanted: 8,
    moves: 3,
    is: ['surge i-7 to g', 'surge i-6 to g', 'surge i-5 to g'],
  },
  {
    why: 'a zone that is not declared is emptied, then the rest is even',
    servers: 'f f f h',
    wanted: 4,
    moves: 4,
    is: ['surge i-2 to g', 'surge i-3 to g'],
  },
  { why: 'while one moves no other starts', servers: 'f f f f', wanted: 4, replacements: [surge('i-3')], is: [] },
  {
    why: 'a pair counts once, also when the newcomer is on record',
    servers: 'f f f g g',
    wanted: 4,
    replacements: [surge('i-2', 'i-4')],
    is: [],
  },
  {
    why: 'a server lost during a move is made again at once',
    servers: 'f f f',
    wanted: 4,
    replacements: [surge('i-2')],
    is: ['create 1 in g'],
  },
  {
    why: 'a newcomer counts only where its pair counts: what was lost besides is made again',
    servers: 'f f g g',
    wanted: 4,
    replacements: [surge('i-1', 'i-3')],
    is: ['create 1 in f'],
  },
  {
    why: 'too many and both zones as long: the primary one is shortened first',
    servers: 'f f g g',
    wanted: 2,
    is: ['shrink i-1'],
  },
  {
    why: 'of two zones that are as short the primary one is filled first',
    servers: 'f g h h',
    wanted: 4,
    is: ['surge i-3 to f'],
  },
  { why: 'too many: one of the long zone leaves', servers: 'f f f g', wanted: 2, is: ['shrink i-2'] },
  { why: 'too many: one at a time', servers: 'f f f g', wanted: 2, replacements: [leave('i-2', 'f')], is: [] },
  {
    why: 'a server that leaves is no capacity: what else is lost is made again',
    servers: 'f f',
    wanted: 2,
    replacements: [leave('i-1', 'f')],
    is: ['create 1 in g'],
  },
  { why: 'servers in a zone that is not declared move', servers: 'f h', wanted: 2, is: ['surge i-1 to g'] },
  { why: 'nothing moves into an impaired zone', servers: 'f f f f', wanted: 4, closed: ['g'], is: [] },
  { why: 'nothing moves out of an impaired zone', servers: 'f f f f', wanted: 4, closed: ['f'], is: [] },
  { why: 'nothing is taken from an impaired zone', servers: 'f f f g', wanted: 2, closed: ['f'], is: [] },
  {
    why: 'what is missing in an impaired zone is still made there: the zones stay even',
    servers: 'f f',
    wanted: 4,
    closed: ['g'],
    is: ['create 2 in g'],
  },
];

describe('place', () => {
  for (const item of cases) it(item.why, () => assert.deepEqual(place(inputOf(item)).map(render), item.is));
});

const fleet = fc.record({
  servers: fc.array(fc.constantFrom('f', 'g', 'f!', 'g!', 'h'), { maxLength: 12 }).map((words) => words.join(' ')),
  wanted: fc.integer({ min: 0, max: 12 }),
  closed: fc.subarray(['f', 'g']),
  moves: fc.integer({ min: 1, max: 4 }),
});

describe('takenBack', () => {
  const back = (servers: string, wanted: number, replacements: readonly OngoingReplacement[]) =>
    [...takenBack(inputOf({ servers, wanted, replacements }))].toSorted();

  it('keeps who leaves when the number was raised again, the healthy first', () => {
    assert.deepEqual(back('f g g', 3, [leave('i-2', 'g')]), ['i-2']);
    assert.deepEqual(back('f! f g g', 3, [leave('i-0', 'f'), leave('i-3', 'g')]), ['i-3']);
    assert.deepEqual(back('f f g g', 4, [leave('i-0', 'f'), leave('i-3', 'g')]), ['i-0', 'i-3']);
  });

  it('keeps nobody who is still too many, is being deleted, is gone or is replaced', () => {
    assert.deepEqual(back('f g g', 2, [leave('i-2', 'g')]), []);
    assert.deepEqual(back('f g g', 3, [{ ...leave('i-2', 'g'), step: 'Released' }]), []);
    assert.deepEqual(back('f g', 3, [leave('i-9', 'g')]), []);
    assert.deepEqual(back('f f f', 4, [surge('i-2')]), []);
    const three = [leave('i-3', 'f'), leave('i-4', 'g'), leave('i-5', 'g')];
    assert.deepEqual(back('f f g f g g', 2, three), [], 'more are there than are wanted, without those who leave');
    assert.deepEqual(back('f f f', 4, [{ ...leave('i-2', 'f'), newId: 'i-9' }]), [], 'a newcomer takes its place');
  });
});

it('a server that is never released is never surplus', () => {
  const servers = serversOf('f f f g').map((server) => ({ ...server, fixed: server.id === 'i-2' }));
  assert.deepEqual(place({ ...inputOf({ servers: '', wanted: 4 }), servers }).map(render), ['surge i-1 to g']);
  const all = servers.map((server) => ({ ...server, fixed: true }));
  assert.deepEqual(place({ ...inputOf({ servers: '', wanted: 4 }), servers: all }), []);
  assert.deepEqual(place({ ...inputOf({ servers: '', wanted: 2 }), servers: all }), [], 'nor when they are too many');
});

interface World {
  readonly servers: readonly PlacedServer[];
  readonly replacements: readonly OngoingReplacement[];
  readonly made: number;
}

/** The world after a decision went on record. */
function decide(world: World, item: Placement): World {
  switch (item.kind) {
    case 'create': {
      const fresh = Array.from({ length: item.count }, (_, n) => newServer(world.made + n, item.zone));
      return { ...world, servers: [...world.servers, ...fresh], made: world.made + item.count };
    }
    case 'surge':
      return {
        ...world,
        replacements: [
          ...world.replacements,
          { surplusId: item.surplus.id, fromZone: item.surplus.zone, toZone: item.toZone },
        ],
      };
    case 'shrink':
      return { ...world, replacements: [...world.replacements, leave(item.surplus.id, item.surplus.zone)] };
    default:
      return item satisfies never;
  }
}

const newServer = (n: number, zone: string): PlacedServer => ({ name: `web/${n}`, id: `n-${n}`, zone, healthy: true });

/** A replacement goes one step on: its newcomer comes, or its surplus goes. */
function advance(world: World): World {
  const [first] = world.replacements;
  if (first === undefined) return world;
  if (first.newId === undefined && first.fromZone !== first.toZone) {
    const newcomer = newServer(world.made, first.toZone);
    return {
      ...world,
      servers: [...world.servers, newcomer],
      replacements: [{ ...first, newId: newcomer.id }, ...world.replacements.slice(1)],
      made: world.made + 1,
    };
  }
  return {
    ...world,
    servers: world.servers.filter((server) => server.id !== first.surplusId),
    replacements: world.replacements.slice(1),
  };
}

describe('place, over time', () => {
  it('ends at an even spread of the wanted number, and never leaves fewer live servers than wanted or had', () => {
    fc.assert(
      fc.property(fleet, ({ servers, wanted, moves }) => {
        let world: World = { servers: serversOf(servers), replacements: [], made: 100 };
        const floor = Math.min(wanted, world.servers.length);
        const moved = new Set<string>();
        for (let round = 0; round < 80; round += 1) {
          const decisions = place({
            ...world,
            wanted: spread(wanted, ZONES),
            closedZones: new Set(),
            movesAtOnce: moves,
          });
          for (const item of decisions) {
            if (item.kind === 'create') continue;
            assert.ok(!moved.has(item.surplus.id) && !item.surplus.id.startsWith('n-'), 'a newcomer is never surplus');
            moved.add(item.surplus.id);
          }
          if (decisions.length === 0 && world.replacements.length === 0) break;
          world = advance(decisions.reduce(decide, world));
          assert.ok(world.replacements.length <= moves, 'more at once than declared');
          assert.ok(world.servers.length >= floor, 'capacity fell');
        }
        assert.equal(world.servers.length, wanted);
        assert.deepEqual(world.replacements, []);
        const counts = countByZone(ZONES, world.servers);
        assert.ok(skew(counts) <= 1);
        assert.deepEqual([...counts.keys()], [...ZONES]);
      }),
    );
  });

  it('decides nothing more once its decisions are on record', () => {
    fc.assert(
      fc.property(fleet, ({ servers, wanted, closed }) => {
        const before: World = { servers: serversOf(servers), replacements: [], made: 100 };
        const input = { wanted: spread(wanted, ZONES), closedZones: new Set(closed) };
        const after = place({ ...input, ...before }).reduce(decide, before);
        const again = place({ ...input, ...after });
        assert.ok(
          again.every((item) => item.kind !== 'create'),
          'a create was decided twice',
        );
        if (after.replacements.length > 0) assert.deepEqual(again, []);
      }),
    );
  });

  it('creates never more than is wanted, in declared zones only', () => {
    fc.assert(
      fc.property(fleet, ({ servers, wanted, closed }) => {
        const input = inputOf({ servers, wanted, closed });
        const created = place(input).flatMap((item) => (item.kind === 'create' ? [item] : []));
        const total = created.reduce((sum, item) => sum + item.count, 0);
        assert.equal(total, Math.max(0, wanted - input.servers.length));
        assert.ok(created.every((item) => item.count > 0 && input.wanted.has(item.zone)));
      }),
    );
  });

  it('names only servers that were given, and none of a closed zone', () => {
    fc.assert(
      fc.property(fleet, ({ servers, wanted, closed }) => {
        const input = inputOf({ servers, wanted, closed });
        for (const item of place(input)) {
          if (item.kind === 'create') continue;
          assert.ok(input.servers.includes(item.surplus));
          assert.ok(!input.closedZones.has(item.surplus.zone));
          if (item.kind === 'surge') assert.ok(!input.closedZones.has(item.toZone));
        }
      }),
    );
  });

  it('is the same for the same input, and picks the same server whatever the order of the records', () => {
    fc.assert(
      fc.property(fleet, ({ servers, wanted, closed }) => {
        const input = inputOf({ servers, wanted, closed });
        assert.deepEqual(place(input), place(input));
        assert.deepEqual(
          place({ ...input, servers: input.servers.toReversed() })
            .map(render)
            .toSorted(),
          place(input).map(render).toSorted(),
        );
      }),
    );
  });
});

describe('spread, skew, ordinal', () => {
  it('spreads as evenly as can be and gives away exactly the total', () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 4 }), (total, zones) => {
        const counts = spread(total, zones);
        assert.equal(
          [...counts.values()].reduce((sum, n) => sum + n, 0),
          total,
        );
        assert.ok(skew(counts) <= 1);
      }),
    );
  });

  it('no zones have no skew', () => assert.equal(skew(new Map()), 0));

  it('reads the number behind the last slash', () => {
    assert.deepEqual(['web/7', 'web/12', 'web', 'web/f', 'a/1/2'].map(ordinal), [7, 12, -1, -1, 2]);
  });
});
