// The demo's command line.
import { parseArgs } from 'node:util';
import { SEED } from './settings.ts';

/** How to play. */
export interface Mode {
  /** Tries the judges instead: the operator is stopped, so that every act must fail. */
  readonly negative: boolean;
  /** Leaves everything up until Ctrl-C. */
  readonly keep: boolean;
  /** Fixes the emulator's ids and durations. */
  readonly seed: number;
}

/** What `--help` prints. */
export const HELP = `Builds a bank in a rehearsed cloud, breaks it, and shows how it heals. Usually started by: make demo

Usage: node test/demo/main.ts [--keep] [--seed N] [--negative]

  --keep      leaves everything up until Ctrl-C (make demo KEEP=1)
  --seed N    other ids and durations in the emulator, a whole number from 0 (default ${SEED}; make demo SEED=N)
  --negative  tries the judges: with the operator stopped every step must fail (make demo-negative)
  --help      this text
`;

/** A mode, the wish for help, or a sentence that says what is wrong. */
export type CommandLine =
  | { readonly kind: 'play'; readonly mode: Mode }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly sentence: string };

const OPTIONS = {
  negative: { type: 'boolean' },
  keep: { type: 'boolean' },
  seed: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Reads the arguments behind the program's name. */
export function readCommandLine(args: readonly string[]): CommandLine {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    if (values.help === true) return { kind: 'help' };
    const { seed = String(SEED) } = values;
    if (!/^\d{1,9}$/.test(seed))
      return { kind: 'wrong', sentence: `--seed ${seed}: a whole number from 0 is expected.` };
    return {
      kind: 'play',
      mode: { negative: values.negative === true, keep: values.keep === true, seed: Number(seed) },
    };
  } catch (error) {
    return { kind: 'wrong', sentence: error instanceof Error ? error.message : String(error) };
  }
}
