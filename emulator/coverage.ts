// The published table of what is implemented, made from the registrations.

import { metadata } from './metadata/index.ts';
import type { Module } from './service.ts';

const SOURCES = [
  'Parameters, ranges, error codes and texts: the public OpenAPI metadata of June 2024.',
  'States, busy codes and quirks that the metadata does not say: the behaviour that the public clients (terraform provider, cloud controller manager) wait for and retry.',
  'Durations are of the order that live runs by others saw; every one can be set (`lifecycle` of the configuration file).',
];

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const section = (module: Module): readonly string[] => {
  const { wire } = module;
  if (wire === undefined) return [];
  const operations = Object.entries(wire.operations).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const names = metadata[module.name]?.names ?? new Set<string>();
  const missing = [...names].filter((name) => wire.operations[name] === undefined).toSorted();
  const full = operations.filter(([, { coverage }]) => coverage === 'full').length;
  return [
    `## ${module.name} (${wire.product} ${wire.version})`,
    '',
    `${full} implemented, ${operations.length - full} in part, ${missing.length} known and answered with 501.`,
    '',
    row(['action', 'effect', 'ClientToken', 'coverage']),
    row(['---', '---', '---', '---']),
    ...operations.map(([name, { effect, token, coverage, note }]) =>
      row([name, effect, token === true ? 'yes' : '', coverage === 'full' ? 'implemented' : `partial: ${note ?? ''}`]),
    ),
    '',
    `Not implemented: ${missing.join(', ')}.`,
    '',
  ];
};

/** The document. */
export const coverageOf = (modules: readonly Module[]): string =>
  [
    '# What the emulator covers',
    '',
    'Generated from the registrations of the services; do not edit. An action that is not implemented is refused with 501 and a clear sentence, never answered with a made-up success.',
    '',
    ...SOURCES.map((source) => `- ${source}`),
    '',
    ...modules.flatMap(section),
  ].join('\n');
