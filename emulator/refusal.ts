// An answer that is not 200. Handlers throw it, so that they read as their happy path; the chain turns it into the wire's form.
// A refusal is thrown before the first write of a call, never after.

/** Status, code and message as they go over the wire. */
export interface Fault {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const MARK = Symbol('refusal');

/** An error that carries the wire's answer. */
export interface Refusal extends Error {
  readonly [MARK]: true;
  readonly fault: Fault;
}

/** Ends the call with this answer. */
export const refuse = (fault: Fault): never => {
  throw Object.assign(new Error(`${fault.status} ${fault.code}`), { [MARK]: true as const, fault });
};

/** Ends a call that was asked to change nothing and would have done: the cloud says so with an error. */
export const refuseDryRun = (): never =>
  refuse({
    status: 400,
    code: 'DryRunOperation',
    message: 'Request validation has been passed with DryRun flag set.',
  });

/** Tells a refusal from a defect. */
export const isRefusal = (error: unknown): error is Refusal => error instanceof Error && MARK in error;
