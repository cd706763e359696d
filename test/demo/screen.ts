// What this process can write to: whether lines can be taken away again, whether colours are wanted, how wide it is.
import type { Screen } from './story.ts';

/** The part of a stream that tells what it is. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly write: (text: string) => unknown;
}

/** Colours by the screen alone, unless NO_COLOR is set: a pipeline's FORCE_COLOR asks for what nobody sees. */
export function screenOf(output: Output, environment: Readonly<Record<string, string | undefined>>): Screen {
  const isTerminal = output.isTTY === true && environment['TERM'] !== 'dumb';
  return {
    isTerminal,
    hasColors: isTerminal && (environment['NO_COLOR'] ?? '') === '',
    columns: () => output.columns,
    write: (text) => void output.write(text),
    now: () => performance.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
