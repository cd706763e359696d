// A command's text: decoding, its {{parameters}}, and which operating system its type is for.
import { own } from '../../json.ts';
import { isRecord } from '../../guest-config.ts';
import type { Call } from '../../service.ts';
import type { Command } from './assistant-table.ts';

/** Command types and the system they run on. */
export const TYPES: Readonly<Record<string, 'linux' | 'windows'>> = {
  RunShellScript: 'linux',
  RunBatScript: 'windows',
  RunPowerShellScript: 'windows',
};

/** The API takes this much text, before decoding. */
const CONTENT_LIMIT = 24 * 1024;

/** The script's text, from plain text (the API's default) or Base64. */
export function contentOf(call: Call): string {
  const given = call.params.required('CommandContent');
  if (given.length > CONTENT_LIMIT) call.refuse('CmdContent.ExceedLimit');
  if ((call.params.text('ContentEncoding') ?? 'PlainText') !== 'Base64') return given;
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(given)) call.refuse('CmdContent.DecodeError');
  return Buffer.from(given, 'base64').toString('utf8');
}

/** Names between double braces, each once. */
export function placeholders(content: string): readonly string[] {
  return [...new Set([...content.matchAll(/\{\{\s*([A-Za-z0-9_-]+)\s*\}\}/g)].map((match) => match[1] ?? ''))];
}

/** The request's Parameters, checked against the command. */
export function parametersOf(call: Call, command: Command): Readonly<Record<string, string>> {
  const text = call.params.text('Parameters');
  if (text === undefined) return {};
  const given = readObject(text);
  if (given === undefined)
    return call.refuse('InvalidParameter.Parameters', {
      status: 400,
      message: 'The specified parameter Parameters is not valid.',
    });
  if (!command.enableParameter && Object.keys(given).length > 0) call.refuse('Parameter.Disabled');
  if (Object.keys(given).length > 20) call.refuse('ParameterCount.ExceedLimit');
  const known = placeholders(command.content);
  const missing = known.some((name) => !Object.hasOwn(given, name));
  if (missing || Object.keys(given).some((name) => !known.includes(name))) call.refuse('Parameter.NotMatched');
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]));
}

function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The text with its parameters in place; as it is when parameters are not enabled. */
export function filled(command: Command, parameters: Readonly<Record<string, string>>): string {
  if (!command.enableParameter) return command.content;
  return command.content.replaceAll(
    /\{\{\s*([A-Za-z0-9_-]+)\s*\}\}/g,
    (whole, name: string) => own(parameters, name) ?? whole,
  );
}
