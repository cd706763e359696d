// Judges a run by the ledger and the API server alone: the same end, nothing leaked, nothing made twice. Pure.
import type { Loose } from '../../support/api-proxy.ts';

/** One resource of the ledger, as far as it matters here. */
export interface Life {
  readonly type: string;
  readonly id: string;
  readonly zone: string | null;
  readonly deletedAt: string | null;
  readonly attributes: object;
  readonly createdBy: { readonly accessKeyId: string };
}

/** What a run ended with. */
export interface Ending {
  readonly lives: readonly Life[];
  readonly objects: readonly Loose[];
}

/** How many of each type may ever be made, and what must live at the end, with rules, listeners, members and weights (`shapeOf`). */
export interface Wish {
  readonly made: Readonly<Record<string, number>>;
  readonly living: readonly string[] | undefined;
}

/** What is wrong; empty when the run holds. */
export function verdicts(ending: Ending, wish: Wish): readonly string[] {
  return [...touched(ending), ...twice(ending, wish), ...shape(ending, wish), ...leaked(ending), ...unready(ending)];
}

/** Resources that colleagues made are nobody's to count and nobody's to touch. */
const ours = (lives: readonly Life[]): readonly Life[] =>
  lives.filter((life) => life.createdBy.accessKeyId !== 'console');

function touched({ lives }: Ending): readonly string[] {
  return lives
    .filter((life) => life.createdBy.accessKeyId === 'console' && life.deletedAt !== null)
    .map((life) => `${life.type} ${life.id} of a stranger was deleted`);
}

function twice({ lives }: Ending, wish: Wish): readonly string[] {
  const counts = Map.groupBy(
    ours(lives).filter((life) => RECORDED.has(life.type)),
    (life) => life.type,
  );
  const wrong = [...counts].filter(([type, made]) => made.length !== (wish.made[type] ?? 0));
  const absent = Object.keys(wish.made).filter((type) => !counts.has(type));
  return [
    ...wrong.map(([type, made]) => `${made.length} of ${type} were ever made, ${wish.made[type] ?? 0} are due`),
    ...absent.map((type) => `no ${type} was made`),
  ];
}

function shape({ lives }: Ending, wish: Wish): readonly string[] {
  const now = shapeOf(lives);
  if (wish.living === undefined) return [];
  return JSON.stringify(now) === JSON.stringify(wish.living)
    ? []
    : [`lives at the end: ${now.join(', ')}; due: ${wish.living.join(', ')}`];
}

/** `type zone` of everything that lives, sorted. */
export function shapeOf(lives: readonly Life[]): readonly string[] {
  return lives
    .filter((life) => life.deletedAt === null)
    .map((life) => `${life.type} ${life.zone ?? ''} ${masked(life.attributes)}`)
    .toSorted();
}

/** Attributes without what differs from run to run: ids by their kind, addresses without their last parts; lists have no order. */
function masked(attributes: object): string {
  const sortLists = (_key: string, value: unknown): unknown =>
    Array.isArray(value) ? value.map((item) => JSON.stringify(item)).toSorted() : value;
  const ids = /\b(vpc|vsw|sg|i|lb)-[a-z0-9]{15,}/g;
  return JSON.stringify(
    JSON.parse(
      JSON.stringify(attributes)
        .replaceAll(ids, '$1-*')
        .replaceAll(/\b(\d+\.\d+)\.\d+\.\d+(?!\/)\b/g, '$1.*'),
    ),
    sortLists,
  );
}

/** Whatever lives must be on record, or nobody will ever release it. */
function leaked({ lives, objects }: Ending): readonly string[] {
  const recorded = new Set(
    objects.flatMap((object) => (object.status?.resources ?? []).map((resource: Loose) => resource.id)),
  );
  return ours(lives)
    .filter((life) => life.deletedAt === null && RECORDED.has(life.type) && !recorded.has(life.id))
    .map((life) => `${life.type} ${life.id} lives and is on no record`);
}

/** Types that a status records; parts without ids of their own belong to one of these. */
export const RECORDED: ReadonlySet<string> = new Set(['vpc', 'vswitch', 'securityGroup', 'instance', 'loadbalancer']);

function unready({ objects }: Ending): readonly string[] {
  return objects
    .filter(
      (object) =>
        !object.status?.conditions?.some(
          (condition: Loose) => condition.type === 'Ready' && condition.status === 'True',
        ) || (object.status?.intents ?? []).length > 0,
    )
    .map((object) => `${object.kind} ${object.metadata.name} is not Ready or has open intents`);
}
