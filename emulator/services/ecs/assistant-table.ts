// Commands and their invocations as rows, and how a step of an invocation looks at a moment.
import { isoSeconds } from '../../clock.ts';
import type { TableSpec } from '../../table.ts';

/** A command that was kept. */
export type Command = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly type: string;
  /** The script's text. */
  readonly content: string;
  readonly workingDir: string;
  readonly timeoutSeconds: number;
  readonly enableParameter: boolean;
  readonly createdAt: number;
  readonly invokeTimes: number;
  readonly tags: Readonly<Record<string, string>>;
};

/** Where an invocation is in one server; a command that ran is known to its end, which may lie in the future. */
export type Step =
  | { readonly kind: 'pending' }
  | { readonly kind: 'refused'; readonly at: number; readonly code: string; readonly info: string }
  | { readonly kind: 'stopped'; readonly at: number; readonly startedAt: number | undefined }
  | {
      readonly kind: 'ran';
      readonly startedAt: number;
      readonly finishedAt: number;
      /** Undefined when its time was over. */
      readonly exitCode: number | undefined;
      /** Base64. */
      readonly output: string;
      readonly dropped: number;
    };

/** One server of an invocation. */
export type Target = { readonly instanceId: string; readonly step: Step };

/** One invocation of a command in some servers. */
export type Invocation = {
  readonly id: string;
  readonly commandId: string;
  readonly name: string;
  readonly description: string;
  readonly type: string;
  /** As the command has it, and as it runs with its parameters. */
  readonly content: string;
  readonly script: string;
  readonly workingDir: string;
  readonly username: string;
  readonly timeoutSeconds: number;
  readonly parameters: string;
  readonly createdAt: number;
  readonly targets: readonly Target[];
  readonly tags: Readonly<Record<string, string>>;
};

/** Kept commands by id. */
export const commands: TableSpec<Command> = { service: 'ecs', type: 'command' };

/** Invocations by id; indexes `server` and `command`. */
export const invocations: TableSpec<Invocation> = {
  service: 'ecs',
  type: 'invocation',
  indexes: { server: (row) => row.targets.map((target) => target.instanceId), command: (row) => [row.commandId] },
};

/** A step in the API's words. `record` is InvokeRecordStatus of results and InstanceInvokeStatus of invocations. */
export type Shown = {
  readonly status: 'Pending' | 'Running' | 'Success' | 'Failed' | 'Timeout' | 'Aborted' | 'Terminated' | 'Cancelled';
  readonly record: 'Running' | 'Finished' | 'Failed' | 'Stopped';
  readonly code: string;
  readonly info: string;
  readonly exitCode: number | undefined;
  readonly output: string;
  readonly dropped: number;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly stoppedAt: string;
};

const BLANK: Shown = {
  status: 'Pending',
  record: 'Running',
  code: '',
  info: '',
  exitCode: undefined,
  output: '',
  dropped: 0,
  startedAt: '',
  finishedAt: '',
  stoppedAt: '',
};

/** How a step looks at `now`. */
export function show(step: Step, now: number): Shown {
  if (step.kind === 'pending') return BLANK;
  if (step.kind === 'refused') {
    return {
      ...BLANK,
      status: 'Aborted',
      record: 'Failed',
      code: step.code,
      info: step.info,
      finishedAt: isoSeconds(step.at),
    };
  }
  if (step.kind === 'stopped') {
    const startedAt = step.startedAt === undefined ? '' : isoSeconds(step.startedAt);
    const status = step.startedAt === undefined ? ('Cancelled' as const) : ('Terminated' as const);
    return {
      ...BLANK,
      status,
      record: 'Stopped',
      startedAt,
      finishedAt: isoSeconds(step.at),
      stoppedAt: isoSeconds(step.at),
    };
  }
  const started = { ...BLANK, startedAt: isoSeconds(step.startedAt) };
  if (now < step.finishedAt) return { ...started, status: 'Running' };
  return {
    ...started,
    ...endOf(step.exitCode),
    output: step.output,
    dropped: step.dropped,
    finishedAt: isoSeconds(step.finishedAt),
  };
}

function endOf(exitCode: number | undefined): Pick<Shown, 'status' | 'record' | 'code' | 'info' | 'exitCode'> {
  if (exitCode === 0) return { status: 'Success', record: 'Finished', code: '', info: '', exitCode };
  if (exitCode === undefined) {
    return {
      status: 'Timeout',
      record: 'Failed',
      code: 'ExecutionTimeout',
      info: 'The command execution timed out.',
      exitCode,
    };
  }
  return {
    status: 'Failed',
    record: 'Failed',
    code: 'ExitCodeNonzero',
    info: 'The exit code of the command is not 0.',
    exitCode,
  };
}
