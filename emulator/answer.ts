// The wire form of answers: JSON, or XML for V1 callers that ask for nothing else.

import { textOf } from './json.ts';
import type { Fault } from './refusal.ts';
import type { WireAnswer } from './wire.ts';

/** Form and headers that every answer of one request shares. */
export interface AnswerForm {
  readonly requestId: string;
  readonly format: 'JSON' | 'XML';
  /** Root element in XML, e.g. `DescribeInstances`. */
  readonly action: string;
  readonly host: string;
  readonly product: string;
  readonly headers: Readonly<Record<string, string>>;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const xmlOf = (name: string, value: unknown): string => {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map((item) => xmlOf(name, item)).join('');
  if (typeof value === 'object') {
    return `<${name}>${Object.entries(value)
      .map(([key, sub]) => xmlOf(key, sub))
      .join('')}</${name}>`;
  }
  return `<${name}>${escape(textOf(value))}</${name}>`;
};

const write = (
  form: AnswerForm,
  status: number,
  body: { readonly root: string; readonly fields: object },
): WireAnswer => ({
  status,
  headers: {
    'content-type': form.format === 'XML' ? 'text/xml;charset=utf-8' : 'application/json;charset=utf-8',
    'x-acs-request-id': form.requestId,
    ...form.headers,
  },
  body:
    form.format === 'XML'
      ? `<?xml version='1.0' encoding='UTF-8'?>${xmlOf(body.root, body.fields)}`
      : JSON.stringify(body.fields),
});

/** A 200. */
export const success = (form: AnswerForm, body: Readonly<Record<string, unknown>>): WireAnswer =>
  write(form, 200, { root: `${form.action}Response`, fields: { RequestId: form.requestId, ...body } });

/** Anything else. */
export const failure = (form: AnswerForm, fault: Fault): WireAnswer =>
  write(form, fault.status, {
    root: 'Error',
    fields: {
      RequestId: form.requestId,
      HostId: form.host,
      Code: fault.code,
      Message: fault.message,
      Recommend: `https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(fault.code)}&product=${form.product}&requestId=${form.requestId}`,
    },
  });
