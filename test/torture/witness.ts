// Looks at both stores at every cloud write: the intent must be durable before, the writer must hold the lease, and
// afterwards no more may live than is wished, and nothing may be deleted that is not ours.
import type { Loose } from '../support/api-proxy.ts';
import type { CloudWrite } from './gate.ts';
import { type Ending, type Life, RECORDED, type Wish, stepVerdicts } from './judge.ts';
import type { World } from './world.ts';

/** Creates that make a new id each time they are sent. */
const MAKES_IDS = /^(CreateVpc|CreateVSwitch|CreateSecurityGroup|CreateLoadBalancer|RunInstances)$/;

const FINALIZER = 'financecloud.io/finalizer';

/** One life's witness. */
export class Witness {
  readonly names = new Map<string, string>();
  readonly #violations = new Set<string>();
  readonly #uids = new Set<string>();
  readonly #world: World;
  /** Tokens of intents that the harness itself took away. */
  readonly #defaced = new Set<string>();
  /** Until then an old leader cannot know that its lease was deleted. */
  #unledUntil = 0;
  /** Tokens of intents that were durable once. */
  readonly #durable = new Set<string>();
  /** The harness took stored state away, finalizers perhaps among it. */
  #stripped = false;
  /** Parameters by token, as they were sent first. */
  readonly #said = new Map<string, string>();
  #wish: Wish;

  constructor(world: World, wish: Wish) {
    this.#world = world;
    this.#wish = wish;
  }

  /** What was wrong at any step so far. */
  get violations(): readonly string[] {
    return [...this.#violations];
  }

  /** From now on so much may live. */
  expect(wish: Wish): void {
    this.#wish = wish;
  }

  /** Remembers what stood in an object before the harness took it away. */
  remember({ status }: Loose): void {
    this.#stripped = true;
    for (const { token } of status?.intents ?? []) this.#defaced.add(token);
  }

  /** The lease was deleted: for its renew deadline two may act, and only the tokens keep them from making anything twice. */
  leaseDropped(renewDeadlineMs: number): void {
    this.#unledUntil = performance.now() + renewDeadlineMs;
  }

  /** Before a cloud write: lease and intent. */
  async before({ action, params, sender }: CloudWrite): Promise<void> {
    const [holder, objects] = await Promise.all([this.#world.leaseHolder(), this.#objects(action)]);
    // A lease that the harness deleted is nobody's fault; one that was given back must not be followed by a write.
    if (holder !== undefined && holder !== sender.identity && performance.now() > this.#unledUntil)
      this.#violations.add(`${action} by ${sender.identity} while ${holder || 'nobody'} holds the lease`);
    if (objects === undefined) return;
    const token = params['ClientToken'] ?? '(none)';
    this.#compare(action, token, params);
    this.#lookFor(objects, { action, token });
  }

  /** The same token says the same: else the cloud refuses it, or one of two wishes is lost. */
  #compare(action: string, token: string, { ClientToken: _token, ...others }: CloudWrite['params']): void {
    const said = JSON.stringify(Object.entries(others).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    if ((this.#said.get(token) ?? said) !== said)
      this.#violations.add(`${action} is sent again with the same token and other parameters`);
    this.#said.set(token, said);
  }

  /** A create stands on an intent, and that on a finalizer. */
  #lookFor(objects: readonly Loose[], { action, token }: { readonly action: string; readonly token: string }): void {
    const says = (intent: Loose): boolean => intent.token === token && intent.action === action;
    const holding = objects.find(({ status }) => (status?.intents ?? []).some(says));
    if (holding !== undefined) this.#durable.add(token);
    // Of two that act, one may send what the other has had answered and closed: the token makes it the same thing.
    const isEcho = this.#durable.has(token) && performance.now() <= this.#unledUntil;
    if (holding === undefined && !isEcho && !this.#defaced.has(token))
      this.#violations.add(`${action} with token ${token} is sent and no durable intent says so`);
    if (holding !== undefined && !this.#stripped && !(holding.metadata.finalizers ?? []).includes(FINALIZER))
      this.#violations.add(
        `${action} is sent for ${holding.kind} ${holding.metadata.name}, which has no finalizer yet`,
      );
  }

  async #objects(action: string): Promise<readonly Loose[] | undefined> {
    if (!MAKES_IDS.test(action)) return undefined;
    const objects = await this.#world.objects();
    for (const { metadata } of objects) this.#uids.add(metadata.uid);
    return objects;
  }

  /** After a cloud write. */
  async after(): Promise<void> {
    const lives = await this.#world.lives();
    this.#name(lives);
    for (const problem of stepVerdicts(lives, this.#wish, this.#uids)) this.#violations.add(problem);
  }

  #name(lives: readonly Life[]): void {
    for (const { id, type, tagsNow } of lives) {
      const resource = tagsNow?.['financecloud.io/resource'];
      if (RECORDED.has(type) && resource !== undefined) this.names.set(id, resource);
    }
  }

  /** Both stores now. */
  async ending(): Promise<Ending> {
    const [objects, lives] = await Promise.all([this.#world.objects(), this.#world.lives()]);
    for (const { metadata } of objects) this.#uids.add(metadata.uid);
    return { objects, lives };
  }
}
