// A cloud that answers from a list and remembers what it was asked: plain values for tests of code that only needs the faces.
import type {
  Answer,
  Body,
  Call,
  CloudError,
  ErrorClass,
  Lane,
  Prober,
  Reader,
  WriteAnswer,
  Writer,
} from '../../src/cloud/call.ts';

/** One call as it came in. */
export interface Asked {
  readonly face: 'read' | 'write' | 'run';
  readonly call: Call;
  readonly lane?: Lane;
  readonly token?: string;
}

/** All faces, and what they were asked. */
export interface RecordedCloud extends Reader, Writer, Prober {
  readonly asked: Asked[];
}

/** An answer for every call, or a function of the call. */
export type Script = readonly WriteAnswer[] | ((call: Call, index: number) => WriteAnswer);

/** A successful answer. */
export const ok = (body: Body = {}): Answer => ({ kind: 'ok', body: { RequestId: 'REQUEST-1', ...body } });

/** An error of a class; the code is the class unless told. */
export function refused(errorClass: ErrorClass, more: Partial<CloudError> = {}): Answer {
  const error = {
    service: 'ecs',
    action: '',
    code: errorClass,
    message: `is ${errorClass}`,
    mayHaveHappened: false,
  } as const;
  return { kind: 'error', error: { ...error, class: errorClass, ...more } };
}

/** Answers calls in order; a call too many is a failure of the test. */
export function recordedCloud(script: Script): RecordedCloud {
  const asked: Asked[] = [];
  const next = (one: Asked): WriteAnswer => {
    asked.push(one);
    const answer = typeof script === 'function' ? script(one.call, asked.length - 1) : script[asked.length - 1];
    if (answer === undefined) throw new Error(`unexpected call ${one.call.action}`);
    return answer;
  };
  return {
    asked,
    read: async (call, lane) => {
      const answer = next({ face: 'read', call, lane });
      if (answer.kind === 'held') throw new Error('a read is never held');
      return answer;
    },
    write: async (call, { token, lane }) =>
      next({ face: 'write', call, lane, ...(token === undefined ? {} : { token }) }),
    run: async (call, { token }) => next({ face: 'run', call, token }),
  };
}
