// Which service and operation is asked, by whom: V3 says it in headers, V1 in the query; the version tells the service.

import { own } from './json.ts';
import type { FlatParams } from './params.ts';
import { refuse } from './refusal.ts';
import type { Module, Operation } from './service.ts';
import type { WireRequest } from './wire.ts';

/** What a request asks, as far as its envelope says. */
export interface Envelope {
  readonly style: 'V3' | 'V1';
  readonly action: string;
  readonly version: string;
  readonly format: 'JSON' | 'XML';
  /** Business parameters: query and form merged, without the protocol's own. */
  readonly params: FlatParams;
}

const PROTOCOL = new Set([
  'Action',
  'Version',
  'Format',
  'Timestamp',
  'SignatureNonce',
  'SignatureMethod',
  'SignatureVersion',
  'SignatureType',
  'AccessKeyId',
  'SecurityToken',
  'Signature',
]);

/** V1 callers may name action and version in headers as well, so it is the place of the key that tells the style. */
const styleOf = ({ headers }: WireRequest, merged: FlatParams): Envelope['style'] => {
  if (headers['authorization']?.startsWith('ACS3-') === true) return 'V3';
  return merged['AccessKeyId'] === undefined && headers['x-acs-action'] !== undefined ? 'V3' : 'V1';
};

/** V1 gives XML to those who name no format, as the service does. */
const formatOf = (request: WireRequest, style: Envelope['style'], named: string | undefined): Envelope['format'] => {
  if (named !== undefined) return named.toUpperCase() === 'XML' ? 'XML' : 'JSON';
  return style === 'V3' || request.headers['accept']?.includes('json') === true ? 'JSON' : 'XML';
};

/** Reads the envelope; never refuses. */
export const openEnvelope = (request: WireRequest): Envelope => {
  const merged: FlatParams = { ...request.query, ...request.form };
  const style = styleOf(request, merged);
  return {
    style,
    action: request.headers['x-acs-action'] ?? merged['Action'] ?? '',
    version: request.headers['x-acs-version'] ?? merged['Version'] ?? '',
    format: formatOf(request, style, merged['Format']),
    params: Object.fromEntries(Object.entries(merged).filter(([name]) => !PROTOCOL.has(name))),
  };
};

/** The module of this API version. */
export const serviceOf = (modules: readonly Module[], envelope: Envelope): Module | undefined =>
  modules.find((module) => module.wire?.version === envelope.version);

/** The operation; refuses an unknown name as the gateway does, and a known one that is not implemented with 501. */
export const operationOf = (module: Module | undefined, envelope: Envelope, known: ReadonlySet<string>): Operation => {
  const operation = own(module?.wire?.operations ?? {}, envelope.action);
  if (operation !== undefined) return operation;
  if (module !== undefined && known.has(envelope.action)) {
    return refuse({
      status: 501,
      code: 'EmulatorNotImplemented',
      message: `${module.name}:${envelope.action} is a real action that this emulator does not implement; COVERAGE.md lists what it does.`,
    });
  }
  return refuse({
    status: 404,
    code: 'InvalidApi.NotFound',
    message: 'Specified api is not found, please check your url and method.',
  });
};

/** Refuses a request without action or version, or of a method that no action has. */
export const requireEnvelope = (envelope: Envelope, method: string): void => {
  if (method !== 'POST' && method !== 'GET') {
    refuse({ status: 400, code: 'UnsupportedHTTPMethod', message: 'This http method is not supported.' });
  }
  for (const [name, value] of [
    ['Action', envelope.action],
    ['Version', envelope.version],
  ] as const) {
    if (value === '') refuse({ status: 400, code: `Missing${name}`, message: `${name} is mandatory for this action.` });
  }
};
