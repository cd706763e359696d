// Virtual time of a lab: operator and emulator share it, and it moves only while no request is under way, so that
// however long an answer really takes it takes no time at all.
import type { World } from '../../../emulator/world.ts';
import { createSdk } from '../../../src/cloud/sdk-core.ts';
import type { Call } from '../../../src/cloud/call.ts';
import type { SendOnce } from '../../../src/cloud/wire-call.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { flush, type VirtualClock } from '../virtual-clock.ts';

/** One request to the cloud: seconds of virtual time since the start, and how it ended (`OK` or the error's code). */
export interface CloudCall {
  readonly at: number;
  readonly service: string;
  readonly action: string;
  readonly params: Call['params'];
  readonly mutating: boolean;
  readonly code: string;
}

/** The wire as the lab sees it. */
export interface Wire {
  readonly calls: CloudCall[];
  readonly sender: typeof createSdk;
  /** Returns when nothing is runnable and nothing is under way. */
  quiet(): Promise<void>;
}

/** Counts and follows all requests. They are signed by the real clock, for the emulator refuses any other date. */
export function createWire(clock: VirtualClock): Wire {
  const calls: CloudCall[] = [];
  const landing: (() => void)[] = [];
  let flying = 0;
  const land = (): void => {
    flying -= 1;
    for (const wake of landing.splice(0)) wake();
  };
  const follow =
    (send: SendOnce): SendOnce =>
    async (call, options) => {
      flying += 1;
      const at = clock.monotonic() / 1000;
      try {
        const result = await send(call, options);
        const { answer } = result;
        const code = answer.kind === 'error' ? answer.error.code : 'OK';
        const { service, action, params } = call;
        calls.push({ at, service, action, params, mutating: options.mutating, code });
        return result;
      } finally {
        land();
      }
    };
  return {
    calls,
    sender: (options) => follow(createSdk({ ...options, clock: systemClock })),
    quiet: async () => {
      for (let calm = 0; calm < 2; calm += flying === 0 ? 1 : 0) {
        if (flying > 0) {
          calm = 0;
          await new Promise<void>((resolve) => landing.push(resolve));
        }
        await flush();
      }
    },
  };
}

/** Moves both clocks by `ms`, from one timer of the operator to the next. */
export async function advanceBoth(
  clock: VirtualClock,
  of: { readonly world: World; readonly wire: Wire; readonly ms: number },
): Promise<void> {
  const { world, wire, ms } = of;
  const target = clock.monotonic() + ms;
  await wire.quiet();
  for (;;) {
    const left = target - clock.monotonic();
    const step = Math.max(0, Math.min(left, clock.nextTimerMs ?? left));
    world.clock.set(Math.floor(clock.now() + step));
    await clock.advance(step);
    await wire.quiet();
    if (clock.monotonic() >= target && (clock.nextTimerMs ?? 1) > 0) return;
  }
}
