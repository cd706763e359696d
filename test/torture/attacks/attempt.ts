// One attempt: what somebody sends who may only write our kinds in one namespace, and what must come of it.
import assert from 'node:assert/strict';
import type { ApiCall, Loose } from '../../support/api-proxy.ts';
import type { Sent } from '../../e2e/admission-objects.ts';
import { collectionOf } from './hands.ts';
import type { Yard } from './yard.ts';

/** An attempt; all of them are played at once, each on objects of its own. */
export interface Attempt {
  readonly id: string;
  /** What is sent, for the table. */
  readonly sends: string;
  /** What stands against it, for the table. */
  readonly defence: string;
  /** What says so, for the table. */
  readonly judged: string;
  readonly play: (yard: Yard) => Promise<void>;
}

/** Attempts of one kind. */
export interface Row {
  readonly title: string;
  readonly attempts: readonly Attempt[];
}

/** A request that the API server must refuse, as the tenant unless told otherwise. */
export interface Refusal {
  readonly id: string;
  readonly sends: string;
  /** What the sentence must name, often the field. */
  readonly names: string;
  readonly says?: RegExp;
  readonly status?: number;
  readonly call: (yard: Yard) => ApiCall;
}

/** Refused at apply with a sentence that names the field. */
export function refused({ id, sends, names, says, status = 422, call }: Refusal): Attempt {
  return {
    id,
    sends,
    defence:
      status === 403
        ? 'refused: no right'
        : `refused at apply; the sentence names ${sends.includes(`\`${names}`) ? 'it' : `\`${names}\``}`,
    judged: `answer ${status}`,
    play: async (yard) => {
      const sent = call(yard);
      const answer = await yard.call({ as: yard.tenant, ...sent });
      assert.equal(answer.status, status, `${sent.method} ${sent.path}: ${answer.status} ${answer.message}`);
      assert.ok(answer.message.includes(names), `${answer.message} does not name ${names}`);
      if (says !== undefined) assert.match(answer.message, says);
    },
  };
}

/** A request of the tenant to which there is no right. */
export const forbidden = (id: string, sends: string, call: (yard: Yard) => ApiCall): Attempt =>
  refused({ id, sends, names: 'forbidden', status: 403, call });

/** Creates an object the strict way: what no schema knows is refused. */
export const create = (object: Sent, validation: 'Strict' | 'Ignore' = 'Strict'): ApiCall => ({
  method: 'POST',
  path: `${collectionOf(object)}?fieldValidation=${validation}`,
  body: object,
});

/** The object with a value at a path such as `spec.modules.0.servers`; what is missing on the way is made. */
export function at(object: Sent, path: string, value: unknown): Sent {
  const copy: Loose = structuredClone(object);
  const steps = path.split('.');
  const last = steps.pop() ?? '';
  const place = steps.reduce((here: Loose, step) => (here[step] ??= {}), copy);
  place[last] = value;
  return copy;
}

/** `spec.modules.0.servers` as the API server writes it. */
export const shown = (path: string): string => path.replaceAll(/\.(\d+)/g, '[$1]');
