// Renders docs/reference/rules.md: which rule of the blueprint is upheld by what, and where to read it.
import { securityGroupFields, serverFields } from '../src/cloud/ecs/model.ts';
import { listenerFields, loadBalancerFields } from '../src/cloud/slb/model.ts';
import { vSwitchFields, vpcFields } from '../src/cloud/vpc/model.ts';
import type { FieldEntry } from '../src/plan/fields.ts';
import { cell, code, page, table } from './markdown.ts';
import { type RuleUse, type Source, constantsOf, noteOf, usesInComments, usesInPlans } from './rule-sources.ts';

const GROUPS: Readonly<Record<string, string>> = {
  ARCH: 'Architecture',
  NET: 'Networks',
  ECS: 'Servers',
  SLB: 'Load balancers',
  SG: 'Security groups',
  BAS: 'Bastions',
};

const TABLES: Readonly<
  Record<string, { readonly file: string; readonly fields: Readonly<Record<string, FieldEntry>> }>
> = {
  VPC: { file: 'src/cloud/vpc/model.ts', fields: vpcFields },
  vSwitch: { file: 'src/cloud/vpc/model.ts', fields: vSwitchFields },
  'security group': { file: 'src/cloud/ecs/model.ts', fields: securityGroupFields },
  server: { file: 'src/cloud/ecs/model.ts', fields: serverFields },
  'load balancer': { file: 'src/cloud/slb/model.ts', fields: loadBalancerFields },
  listener: { file: 'src/cloud/slb/model.ts', fields: listenerFields },
};

const MEANING: Readonly<Record<FieldEntry['rule'], string>> = {
  mutable: 'set back',
  replace: 'reported: only another resource could have it',
  ignore: 'not judged',
  forbidden: 'reported, never changed',
};

const usesInTables = (): readonly RuleUse[] =>
  Object.entries(TABLES).flatMap(([of, { file, fields }]) => {
    const byRule = Map.groupBy(Object.entries(fields), ([, { blueprint, rule }]) => `${blueprint} ${rule}`);
    return [...byRule.values()].flatMap((entries) => {
      const [first] = entries;
      if (first === undefined) return [];
      const names = entries.map(([name]) => code(name)).join(', ');
      return [{ rule: first[1].blueprint, does: `Field of a ${of}: ${names}: ${MEANING[first[1].rule]}.`, file }];
    });
  });

/** Rules that are judged have a file each, whose note says what is found. */
const usesInRules = ({ file, text }: Source): readonly RuleUse[] => {
  if (!/\/rules\/(?!index)/.test(file)) return [];
  const severity = /severity: '(\w+)'/.exec(text)?.[1] ?? 'Warning';
  const ids = new Set([...text.matchAll(/\bid: '([A-Z]+-[A-Z]?\d+)'/g)].map((match) => match[1] ?? ''));
  return [...ids].map((rule) => ({ rule, does: `Finding (${severity}): ${noteOf(text)}`, file }));
};

/** Everything that is done about the rules, sorted and each said once. */
export const ruleUses = (sources: readonly Source[]): readonly RuleUse[] => {
  const constants = constantsOf(sources);
  const modelFiles = new Set(Object.values(TABLES).map(({ file }) => file));
  const scanned = sources.flatMap((source) => {
    const judged = usesInRules(source);
    if (judged.length > 0) return judged;
    return modelFiles.has(source.file)
      ? []
      : said(source, [...usesInComments(source), ...usesInPlans(source, constants)]);
  });
  const all = [...usesInTables(), ...scanned];
  const unique = [...new Map(all.map((use) => [`${use.rule} ${use.does} ${use.file}`, use])).values()];
  return unique.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
};

/** The file's note stands in only for a rule of which the file says nothing else. */
const said = ({ text }: Source, uses: readonly RuleUse[]): readonly RuleUse[] => {
  const note = noteOf(text);
  const explained = new Set(uses.filter(({ does }) => does !== note).map(({ rule }) => rule));
  return uses.filter(({ rule, does }) => does !== note || !explained.has(rule));
};

const rank = ({ rule, file, does }: RuleUse): string =>
  `${rule.replace(/\d+$/, (digits) => digits.padStart(3, '0'))} ${file} ${does}`;

const row = ({ rule, does, file }: RuleUse): readonly string[] => [code(rule), cell(does), `[${file}](../../${file})`];

/** docs/reference/rules.md */
export const rulesPage = (sources: readonly Source[]): string => {
  const groups = Map.groupBy(ruleUses(sources), ({ rule }) => rule.split('-')[0] ?? '');
  return page('Rules', [
    'Findings, drift and conditions name rules of the blueprint by these ids. This page says what the operator does about each, and which file does it; a rule that is not here is not judged.',
    ...[...groups].map(
      ([prefix, uses]) =>
        `## ${GROUPS[prefix] ?? prefix}\n\n${table(['rule', 'what is done', 'where'], uses.map(row))}`,
    ),
  ]);
};
