// How answers of any service are read: tolerant scalars (a number may come as text, a member may be missing), strict about
// what must be there. A body that cannot be read is an error, never an empty list.
import { z } from 'zod';
import type { Answer, Call, CloudError } from './call.ts';
import type { Tags } from './service.ts';

/** A value read from an answer, or the error that stands for it. */
export type Parsed<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'error'; readonly error: CloudError };

const scalar = z.union([z.string(), z.number(), z.boolean()]).nullish();

/** Text; '' when missing. */
export const text = scalar.transform((value) => (value === undefined || value === null ? '' : String(value)));

/** A whole number, also when sent as text; `missing` when it is not there or is no number. */
export const int = (missing = 0) =>
  scalar.transform((value) => {
    const number = value === '' || value === undefined || value === null ? Number.NaN : Number(value);
    return Number.isFinite(number) ? Math.trunc(number) : missing;
  });

/** A number only where the cloud sent one. */
export const count = scalar.transform((value) => {
  const number = value === '' || value === undefined || value === null ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : undefined;
});

/** A switch: true, "true", "on" are on; everything else, also a missing one, is off. */
export const flag = scalar.transform((value) => ['true', 'on'].includes(String(value).toLowerCase()));

/** An id that must be there. */
export const id = z.string().min(1);

/** A list inside its wrapper (`Vpcs: { Vpc: [...] }`) that must be there. */
export const wrapped = <K extends string, T extends z.ZodType>(member: K, item: T) =>
  z
    .object({ [member]: z.array(item) } as { [P in K]: z.ZodArray<T> })
    .transform((value) => listIn(value, member) as z.output<T>[]);

/** A list inside its wrapper; [] when the wrapper or the list is missing. */
export const maybeWrapped = <K extends string, T extends z.ZodType>(member: K, item: T) =>
  z
    .object({ [member]: z.array(item).nullish() } as { [P in K]: z.ZodOptional<z.ZodNullable<z.ZodArray<T>>> })
    .nullish()
    .transform((value) => listIn(value, member) as z.output<T>[]);

function listIn(value: unknown, member: string): readonly unknown[] {
  const list = value === null || value === undefined ? undefined : (value as Record<string, unknown>)[member];
  return Array.isArray(list) ? list : [];
}

const pair = z.object({ Key: text, Value: text, TagKey: text, TagValue: text });

/** Tags of a record. VPC names the members Key and Value, the others TagKey and TagValue: both are read. */
export const tags = maybeWrapped('Tag', pair).transform((pairs) => tagsOf(pairs));

/** Tags of a flat list (listeners). */
export const flatTags = z
  .array(pair)
  .nullish()
  .transform((pairs) => tagsOf(pairs ?? []));

function tagsOf(pairs: readonly z.output<typeof pair>[]): Tags {
  return Object.fromEntries(pairs.map((tag) => [tag.TagKey || tag.Key, tag.TagValue || tag.Value]));
}

/** Tags as every request of ours takes them: `Tag.N.Key`, `Tag.N.Value`, sorted by key so that equal tags make equal requests. */
export function tagParams(tags: Tags): readonly { readonly Key: string; readonly Value: string }[] {
  return Object.keys(tags)
    .toSorted()
    .map((key) => ({ Key: key, Value: tags[key] ?? '' }));
}

/** Reads a successful body by its schema; a body that does not fit becomes the error `UnreadableAnswer`. */
export function readBody<T extends z.ZodType>(schema: T, call: Call, answer: Answer): Parsed<z.output<T>> {
  if (answer.kind === 'error') return answer;
  const parsed = schema.safeParse(answer.body);
  if (parsed.success) return { kind: 'ok', value: parsed.data };
  const issue = parsed.error.issues[0];
  return { kind: 'error', error: unreadable(call, answer, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`) };
}

/** The error of a successful answer that says something we cannot read. */
export function unreadable(call: Call, answer: Answer, detail: string): CloudError {
  const requestId = answer.kind === 'ok' ? requestIdOf(answer) : undefined;
  return {
    class: 'transient',
    service: call.service,
    action: call.action,
    code: 'UnreadableAnswer',
    message: `${call.action} was answered with a body that does not fit: ${detail}`,
    mayHaveHappened: true,
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** The request id of an answer, for people who talk to the cloud's support. */
export function requestIdOf(answer: Answer): string | undefined {
  if (answer.kind === 'error') return answer.error.requestId;
  return typeof answer.body['RequestId'] === 'string' ? answer.body['RequestId'] : undefined;
}
