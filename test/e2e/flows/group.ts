// A group of scenarios: one emulator, one operator; all scenarios begin at once, each test waits for its own.
import { type Cloud, startCloud } from './cloud.ts';
import { type OperatorProcess, startOperator } from './operator.ts';
import { type FlowPlane, flowPlane } from './plane.ts';
import { Scene } from './scene.ts';

/** What a scenario does, in a namespace and an account of its own; `skip` where the control plane cannot do what it is about. */
export type Play = (scene: Scene) => Promise<void | 'skip'>;
/** Scenarios by the sentence that they prove. */
export type Scenarios = Readonly<Record<string, Play>>;

let last = 0;
const OLDEST_FIRST = 14;

/** Runs them as tests of one `describe`. */
export function flows(
  title: string,
  prefix: string,
  of: { readonly scenarios: Scenarios; readonly config?: object },
): void {
  describe(title, function () {
    this.timeout(240_000);
    const titles = Object.keys(of.scenarios);
    const only = process.env['FLOWS_ONLY'];
    const chosen = titles.filter((name) => only === undefined || name.includes(only));
    const runs = new Map<string, Promise<unknown>>();
    let stage: { readonly flow: FlowPlane; readonly cloud: Cloud; readonly operator: OperatorProcess } | undefined;
    before(async function () {
      this.timeout(20 * 60_000);
      if (chosen.length === 0) return;
      const flow = await flowPlane();
      const cloud = await startCloud(titles.length, of.config ?? {});
      const operator = await startOperator(flow.plane, `${prefix}-${(last += 1)}`);
      stage = { flow, cloud, operator };
      const waiting = chosen.map((name, index) => ({ name, index }));
      const slots = Array.from({ length: OLDEST_FIRST }, () => Promise.resolve());
      for (const { name, index } of waiting) {
        const slot = index % OLDEST_FIRST;
        const scene = new Scene({ namespace: `${prefix}-${index}`, index: titles.indexOf(name), cloud, flow });
        const run = (slots[slot] ?? Promise.resolve()).then(() => of.scenarios[name]?.(scene));
        // The test that waits for it hears of the failure.
        const end = run.then(
          (done) => done,
          (error: unknown) => ({ error }),
        );
        slots[slot] = end.then(() => undefined);
        runs.set(name, end);
      }
    });
    for (const name of chosen) {
      it(name, async function () {
        const end = await runs.get(name);
        if (end === 'skip') this.skip();
        if (isFailure(end)) throw end.error;
      });
    }
    after(async function () {
      this.timeout(60_000);
      if (stage === undefined) return;
      await stage.operator.stop();
      await stage.cloud.emulator.stop();
      await forget(stage.flow);
    });
  });
}

function isFailure(end: unknown): end is { readonly error: unknown } {
  return typeof end === 'object' && end !== null && 'error' in end;
}

/** What a group leaves is nobody's any more: without this the next group's operator would knock at an emulator that is gone. */
export async function forget({ plane }: Pick<FlowPlane, 'plane'>): Promise<void> {
  const kinds = ['financecloudenvironments', 'securityzones', 'bastionpools', 'financecloudaccounts'];
  const listed = await plane.kubectl(['get', kinds.join(','), '-A', '-o', 'json']);
  const items: readonly { kind: string; metadata: { name: string; namespace?: string; finalizers?: unknown } }[] =
    JSON.parse(listed.stdout || '{"items":[]}').items;
  const body = JSON.stringify({ metadata: { finalizers: null } });
  for (const { kind, metadata } of items) {
    const home = metadata.namespace === undefined ? [] : ['-n', metadata.namespace];
    await plane.kubectl(['delete', kind, metadata.name, ...home, '--wait=false']);
    if (metadata.finalizers !== undefined)
      await plane.kubectl(['patch', kind, metadata.name, ...home, '--type=merge', '-p', body]);
  }
}
