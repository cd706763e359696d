// Judges by the ledger and the API server alone: at every step, and the end. Pure, and knows nothing of the operator's code.
import type { Loose } from '../support/api-proxy.ts';

/** One resource of the ledger, as far as it matters here. */
export interface Life {
  readonly type: string;
  readonly id: string;
  readonly zone: string | null;
  readonly deletedAt: string | null;
  readonly attributes: object;
  readonly tagsNow?: Readonly<Record<string, string>>;
  readonly createdBy: { readonly accessKeyId: string };
  readonly deletedBy?: { readonly accessKeyId: string } | null;
}

/** What a phase ended with. */
export interface Ending {
  readonly lives: readonly Life[];
  readonly objects: readonly Loose[];
}

/** How many of each type may ever be made, how many live at once, and what must live at the end (`shapeOf`). */
export interface Wish {
  readonly made: Readonly<Record<string, number>>;
  readonly peak: Readonly<Record<string, number>>;
  readonly living: readonly string[] | undefined;
  /** True after a deletion: no object and nothing of ours is left. */
  readonly gone?: boolean;
}

/** What is wrong with an end; empty when it holds. */
export function verdicts(ending: Ending, wish: Wish): readonly string[] {
  const end = wish.gone === true ? left(ending) : [...leaked(ending), ...unready(ending)];
  return [...touched(ending), ...twice(ending, wish), ...shape(ending, wish), ...end];
}

const CONSOLE = 'console';
const UID = 'financecloud.io/uid';
const RESOURCE = 'financecloud.io/resource';

/** Resources that colleagues made are nobody's to count and nobody's to touch. */
const ours = (lives: readonly Life[]): readonly Life[] =>
  lives.filter((life) => life.createdBy.accessKeyId !== CONSOLE);

/** What is wrong at any moment: too much lives, or something was deleted that does not carry the tags of an object of ours. */
export function stepVerdicts(lives: readonly Life[], wish: Wish, uids: ReadonlySet<string>): readonly string[] {
  const living = ours(lives).filter((life) => life.deletedAt === null && RECORDED.has(life.type));
  const byType = [...Map.groupBy(living, ({ type }) => type)];
  const many = byType
    .filter(([type, alive]) => alive.length > (wish.peak[type] ?? 0))
    .map(([type, alive]) => `${alive.length} of ${type} live at once, ${wish.peak[type] ?? 0} may`);
  const single = living.filter(({ type, tagsNow }) => type !== 'instance' && tagsNow?.[RESOURCE] !== undefined);
  const doubles = [...Map.groupBy(single, ({ type, tagsNow }) => `${type} ${tagsNow?.[UID]} ${tagsNow?.[RESOURCE]}`)]
    .filter(([, alive]) => alive.length > 1)
    .map(([what, alive]) => `${alive.length} live for one wish: ${what}`);
  return [...many, ...doubles, ...touched({ lives, objects: [] }), ...untagged(lives, uids)];
}

function untagged(lives: readonly Life[], uids: ReadonlySet<string>): readonly string[] {
  return lives
    .filter((life) => life.deletedAt !== null && RECORDED.has(life.type))
    .filter(({ deletedBy }) => deletedBy?.accessKeyId !== CONSOLE)
    .filter(({ tagsNow }) => !uids.has(tagsNow?.[UID] ?? ''))
    .map(({ type, id }) => `${type} ${id} was deleted and does not carry the uid of an object of ours`);
}

function touched({ lives }: Ending): readonly string[] {
  return lives
    .filter((life) => life.createdBy.accessKeyId === CONSOLE && life.deletedAt !== null)
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
  if (wish.living === undefined || JSON.stringify(now) === JSON.stringify(wish.living)) return [];
  const due = new Set(wish.living);
  const there = new Set(now);
  const [more, less] = [now.filter((item) => !due.has(item)), wish.living.filter((item) => !there.has(item))];
  return [
    `lives at the end and is not due: ${more.join(', ') || 'a second of a kind'}; is due and does not: ${less.join(', ') || '-'}`,
  ];
}

/** `type zone attributes` of everything that lives, sorted. */
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
const leaked = (ending: Ending): readonly string[] =>
  unrecorded(ending).map(({ type, id }) => `${type} ${id} lives and is on no record`);

function unrecorded({ lives, objects }: Ending): readonly Life[] {
  const recorded = new Set(
    objects.flatMap((object) => (object.status?.resources ?? []).map((resource: Loose) => resource.id)),
  );
  return ours(lives).filter((life) => life.deletedAt === null && RECORDED.has(life.type) && !recorded.has(life.id));
}

/** Servers that live and are on no record: those that stop the environment until a person speaks, and those that it only reports. */
export interface Awaited {
  readonly asked: readonly string[];
  readonly reported: readonly string[];
}

/**
 * The end that waits for a person (decision 12): every server that lives and is on no record is the environment's own by its tag
 * and named, by Stalled with ExistingResources or as an UnrecordedServer, and nothing was made too often or taken from a stranger.
 * Undefined for every other end.
 */
export function awaited(ending: Ending, wish: Wish): Awaited | undefined {
  const environment = ending.objects.find(({ kind }) => kind === 'FinanceCloudEnvironment');
  const lost = unrecorded(ending);
  const own = lost.filter(({ type, tagsNow }) => type === 'instance' && tagsNow?.[UID] === environment?.metadata.uid);
  const asked = own.filter(({ id }) => questionOf(environment).includes(id)).map(({ id }) => id);
  const findings = JSON.stringify(environment?.status?.findings ?? []);
  const isReported = (id: string): boolean => findings.includes(`Server ${id} carries this object's tags`);
  const reported = own.map(({ id }) => id).filter((id) => !asked.includes(id) && isReported(id));
  const made = Map.groupBy(ours(ending.lives), ({ type }) => type);
  const isTooMuch = [...made].some(([type, all]) => RECORDED.has(type) && all.length > (wish.made[type] ?? 0));
  const isAll = lost.length > 0 && asked.length + reported.length === lost.length;
  return isAll && !isTooMuch && touched(ending).length === 0 ? { asked, reported } : undefined;
}

/** What the environment asks a person; empty when it asks nothing. */
function questionOf(environment: Loose): string {
  const conditions: readonly Loose[] = environment?.status?.conditions ?? [];
  const stalled = conditions.find(({ type, status }) => type === 'Stalled' && status === 'True');
  return stalled?.reason === 'ExistingResources' ? String(stalled.message) : '';
}

function left({ lives, objects }: Ending): readonly string[] {
  return [
    ...objects.map(({ kind, metadata }) => `${kind} ${metadata.name} is still there`),
    ...ours(lives)
      .filter((life) => life.deletedAt === null)
      .map(({ type, id }) => `${type} ${id} still lives`),
  ];
}

/** Types that a status records; parts without ids of their own belong to one of these. */
export const RECORDED: ReadonlySet<string> = new Set(['vpc', 'vswitch', 'securityGroup', 'instance', 'loadbalancer']);

function unready({ objects }: Ending): readonly string[] {
  const isReady = (condition: Loose): boolean => condition.type === 'Ready' && condition.status === 'True';
  return objects
    .filter(({ status }) => !status?.conditions?.some(isReady) || (status?.intents ?? []).length > 0)
    .map(({ kind, metadata }) => `${kind} ${metadata.name} is not Ready or has open intents`);
}
