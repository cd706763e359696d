// Virtual time. Everything the emulator promises happens on this clock; only signatures look at the real one.
// The one file that may touch Date and timers.

/** How virtual time moves: with the real clock, a factor faster, or only when told. */
export type ClockMode =
  | { readonly kind: 'real' }
  | { readonly kind: 'scaled'; readonly factor: number }
  | { readonly kind: 'manual' };

/** Virtual time in epoch milliseconds, with the levers of the control API. */
export interface Clock {
  readonly mode: () => ClockMode;
  /** Virtual epoch milliseconds. */
  readonly now: () => number;
  /** Real epoch milliseconds: for the signature's clock skew and nonce window only. */
  readonly real: () => number;
  /** Moves virtual time forward by so many milliseconds. */
  readonly advance: (ms: number) => void;
  /** Sets virtual time; never backwards, for nothing that was scheduled may be undone. */
  readonly set: (epochMs: number) => boolean;
  readonly scale: (factor: number) => void;
  /** A real pause, for slow answers; ends early when the signal fires. */
  readonly pause: (realMs: number, signal?: AbortSignal) => Promise<void>;
  /** Calls back at a real interval until stopped; does not keep the process alive. */
  readonly every: (realMs: number, tick: () => void) => () => void;
}

/** Where a manual clock starts: 2026-01-01T00:00:00Z, so that a run can be repeated to the letter. */
export const MANUAL_START = 1_767_225_600_000;

/** ISO time to the second, `2026-01-01T00:00:00Z`: the form of VPC and most products. */
export const isoSeconds = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 19)}Z`;

/** ISO time to the minute, `2026-01-01T00:00Z`: the form of ECS, which shows no seconds. */
export const isoMinutes = (epochMs: number): string => `${new Date(epochMs).toISOString().slice(0, 16)}Z`;

/** Epoch milliseconds of an ISO text, or undefined when it is none. */
export const parseTime = (text: string): number | undefined => {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
};

const pause = (realMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, realMs);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

const every = (realMs: number, tick: () => void): (() => void) => {
  const timer = setInterval(tick, realMs);
  timer.unref();
  return () => clearInterval(timer);
};

/** A clock in the given mode; `start` overrides where virtual time begins. */
export const createClock = (initial: ClockMode, start?: number): Clock => {
  let mode = initial;
  let anchorReal = Date.now();
  let anchorVirtual = start ?? (initial.kind === 'manual' ? MANUAL_START : anchorReal);
  const factor = (): number => (mode.kind === 'manual' ? 0 : mode.kind === 'scaled' ? mode.factor : 1);
  const now = (): number => Math.floor(anchorVirtual + (Date.now() - anchorReal) * factor());
  const rebase = (virtual: number): void => {
    anchorVirtual = virtual;
    anchorReal = Date.now();
  };
  return {
    mode: () => mode,
    now,
    real: () => Date.now(),
    advance: (ms) => rebase(now() + ms),
    set: (epochMs) => {
      if (epochMs < now()) return false;
      rebase(epochMs);
      return true;
    },
    scale: (next) => {
      rebase(now());
      mode = next === 0 ? { kind: 'manual' } : { kind: 'scaled', factor: next };
    },
    pause,
    every,
  };
};
