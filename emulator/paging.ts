// Pages as the API gives them: by number and size, or by NextToken and MaxResults.

import type { Call } from './service.ts';

/** An opaque token for a place in a list. */
export const nextToken = (place: number): string => Buffer.from(`place ${place}`).toString('base64url');

// Nearly every action has a spelling of its own for this; the others are not documented.
const ASSISTANT = [400, 'InvalidParameter.NextToken', 'The specified parameter NextToken is not valid.'] as const;
const TOKEN_CODES: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  'ecs:DescribeCloudAssistantStatus': ASSISTANT,
  'ecs:DescribeCommands': ASSISTANT,
  'ecs:DescribeInvocationResults': ASSISTANT,
  'ecs:DescribeInvocations': ASSISTANT,
  'ecs:DescribeSecurityGroups': [400, 'InValidParameter.NextToken', 'The parameter NextToken is invalid.'],
  'ecs:ListTagResources': [403, 'Invalid.NextToken', 'The specified NextToken is not valid.'],
  'slb:ListTagResources': [400, 'InvalidParam.NextToken', 'The specified NextToken is invalid.'],
};
const OTHERS = [400, 'InvalidParameter', 'The parameter NextToken is invalid.'] as const;

const badToken = (call: Call): never => {
  const [status, code, message] = TOKEN_CODES[`${call.service}:${call.action}`] ?? OTHERS;
  return call.refuse(code, { status, message });
};

/** The place of a token; undefined without one, refused when it is none of ours. */
export const readToken = (call: Call, token: string | undefined): number | undefined => {
  if (token === undefined) return undefined;
  const place = /^place (\d+)$/.exec(Buffer.from(token, 'base64url').toString('utf8'))?.[1];
  return place === undefined ? badToken(call) : Number(place);
};

/** A page by number. */
export interface NumberedPage<T> {
  readonly items: readonly T[];
  readonly fields: { readonly PageNumber: number; readonly PageSize: number; readonly TotalCount: number };
}

/** The page that PageNumber and PageSize ask for; validation has refused sizes over the maximum. */
export const numberedPage = <T>(call: Call, rows: readonly T[], standardSize = 10): NumberedPage<T> => {
  const number = call.params.int('PageNumber') ?? 1;
  const size = call.params.int('PageSize') ?? standardSize;
  const start = (number - 1) * size;
  return {
    items: rows.slice(start, start + size),
    fields: { PageNumber: number, PageSize: size, TotalCount: rows.length },
  };
};

/** A page behind a token. */
export interface TokenPage<T> {
  readonly items: readonly T[];
  /** Empty after the last page. */
  readonly next: string;
}

/** The page that NextToken and MaxResults ask for. Tokens point behind a row, not at a number, so that deletions meanwhile skip nothing. */
export const tokenPage = <T>(
  call: Call,
  rows: readonly T[],
  how: { readonly seq: (row: T) => number; readonly standardSize?: number },
): TokenPage<T> => {
  const after = readToken(call, call.params.text('NextToken')) ?? 0;
  const size = call.params.int('MaxResults') ?? how.standardSize ?? 10;
  const rest = after === 0 ? rows : rows.filter((row) => how.seq(row) > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return { items, next: rest.length > size && last !== undefined ? nextToken(how.seq(last)) : '' };
};

/** A page in either style: by number where a number or size is given, else by token. Fields for the answer included. */
export const eitherPage = <T>(
  call: Call,
  rows: readonly T[],
  how: { readonly seq: (row: T) => number; readonly standardSize?: number },
): { readonly items: readonly T[]; readonly fields: Readonly<Record<string, number | string>> } => {
  if (call.params.has('PageNumber') || call.params.has('PageSize')) {
    const page = numberedPage(call, rows, how.standardSize);
    return { items: page.items, fields: { ...page.fields, NextToken: '' } };
  }
  const page = tokenPage(call, rows, how);
  const size = call.params.int('MaxResults') ?? how.standardSize ?? 10;
  return {
    items: page.items,
    fields: { PageNumber: 1, PageSize: size, TotalCount: rows.length, NextToken: page.next },
  };
};
