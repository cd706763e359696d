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
export const wrapped = <T extends z.ZodType>(member: string, item: T) =>
  z.record(z.string(), z.unknown()).transform((wrapper, context): z.output<T>[] => {
    const parsed = z.array(item).safeParse(wrapper[member]);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    context.addIssue({ code: 'custom', path: [member, ...(issue?.path ?? [])], message: issue?.message ?? '' });
    return z.NEVER;
  });

/** A list inside its wrapper; [] when the wrapper or the list is missing. */
export const maybeWrapped = <T extends z.ZodType>(member: string, item: T) =>
  z.preprocess((wrapper) => (isRecord(wrapper) ? (wrapper[member] ?? []) : []), z.array(item));

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
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

/** The error of a successful answer to a read that says something we cannot read. */
export function unreadable(call: Call, answer: Answer, detail: string): CloudError {
  const requestId = answer.kind === 'ok' ? requestIdOf(answer) : undefined;
  return {
    class: 'transient',
    service: call.service,
    action: call.action,
    code: 'UnreadableAnswer',
    message: `${call.action} was answered with a body that does not fit: ${detail}`,
    mayHaveHappened: false,
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** The request id of an answer, for people who talk to the cloud's support. */
export function requestIdOf(answer: Answer): string | undefined {
  if (answer.kind === 'error') return answer.error.requestId;
  return typeof answer.body['RequestId'] === 'string' ? answer.body['RequestId'] : undefined;
}
