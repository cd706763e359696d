// Finds in the operator's sources what is done about each rule of the blueprint: comments that open with a rule's id, and the
// literals of plans, findings and field tables that carry one.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What one place in the code does about a rule. */
export interface RuleUse {
  readonly rule: string;
  readonly does: string;
  readonly file: string;
}

/** A source file. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

const ID = String.raw`[A-Z]{2,8}-[A-Z]?\d+`;
/** All sources of the operator without tests and generated code, in order. */
export const operatorSources = (root: string): readonly Source[] =>
  globSync('src/**/*.ts', { cwd: root })
    .filter((file) => !/\.(test|gen)\.ts$/.test(file))
    .toSorted()
    .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

/** Uses in comments: `ID: sentence`, or a sentence with `(ID)`. */
export const usesInComments = ({ file, text }: Source): readonly RuleUse[] =>
  commentsOf(text).flatMap((comment) => {
    const opening = new RegExp(`^(${ID}(?:, ${ID})*): `).exec(comment)?.[1];
    const inside =
      opening === undefined ? [...comment.matchAll(new RegExp(String.raw`\((${ID}(?:, ${ID})*)\)`, 'g'))] : [];
    const ids = opening === undefined ? inside.map((match) => match[1] ?? '') : [opening];
    const does = capital(
      firstSentence(opening === undefined ? withoutIds(comment) : comment.slice(opening.length + 2)),
    );
    return ids.flatMap((list) => list.split(', ')).map((rule) => ({ rule, does, file }));
  });

/** Uses in literals: changes, differences that are only shown, and resources that are kept. */
export const usesInPlans = ({ file, text }: Source, constants: ReadonlyMap<string, string>): readonly RuleUse[] => {
  const fallback = /^export const [A-Z_]+ = '(\w+)';/m.exec(text)?.[1] ?? 'a resource';
  return [...text.matchAll(new RegExp(`(?:blueprint|rule): .*?'(${ID})'`, 'g'))].flatMap((match) => {
    const literal = topOf(enclosing(text, match.index));
    const does = describe(literal, constants, fallback) ?? noteOf(text);
    return isFieldChange(literal) ? [] : [{ rule: match[1] ?? '', does, file }];
  });
};

/** Values of exported string constants, by name. */
export const constantsOf = (sources: readonly Source[]): ReadonlyMap<string, string> =>
  new Map(
    sources
      .flatMap(({ text }) => [...text.matchAll(/^export const ([A-Z_]+) = '(\w+)';/gm)])
      .map((match) => [match[1] ?? '', match[2] ?? '']),
  );

/** The first sentence of the note on top of a file. */
export const noteOf = (text: string): string => {
  const note = commentsOf(text)[0] ?? '';
  return capital(firstSentence(note.replace(new RegExp(`^${ID}(?:, ${ID})*: `), '')));
};

/** Comments as running text: lines of one block joined. */
const commentsOf = (text: string): readonly string[] =>
  [...text.matchAll(/^ *\/\*\* (.*?) \*\/|(?:^ *\/\/ .*\n?)+|\.describe\('([^']*)'\)/gm)].map((match) =>
    (match[1] ?? match[2] ?? match[0])
      .split('\n')
      .map((line) => line.replace(/^ *\/\/ /, '').trim())
      .join(' ')
      .trim(),
  );

const firstSentence = (text: string): string => /^.*?\.(?= |$)/.exec(text)?.[0] ?? text;
const withoutIds = (text: string): string => text.replaceAll(new RegExp(String.raw` \(${ID}(?:, ${ID})*\)`, 'g'), '');
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The object literal around a position. */
const enclosing = (text: string, at: number): string => {
  const walk = (from: number, step: 1 | -1, closes: string): number => {
    let depth = 0;
    let place = from;
    for (; place > 0 && place < text.length; place += step) {
      const char = text.charAt(place);
      if (char === closes && depth === 0) break;
      if (char === '{') depth += step;
      if (char === '}') depth -= step;
    }
    return place;
  };
  return text.slice(walk(at, -1, '{') + 1, walk(at, 1, '}'));
};

/** Members of the literal itself: placeholders readable, nested literals left out. */
const topOf = (literal: string): string => {
  let top = literal.replaceAll(/\$\{([^{}]*)\}/g, '<$1>');
  for (let before = ''; before !== top; ) {
    before = top;
    top = top.replaceAll(/\{[^{}]*\}/g, '');
  }
  return top;
};

const isFieldChange = (top: string): boolean => /\bfrom:/.test(top) && /\bto:/.test(top);
const member = (top: string, name: string): string =>
  new RegExp(String.raw`\b${name}:\s*((?:'[^']*'|\`[^\`]*\`|[^,\n'\`]|\n(?=\s+[?:]))+)`).exec(top)?.[1] ?? '';
const literalsOf = (text: string): readonly string[] =>
  [...text.replaceAll(/=== '[^']*'/g, '').matchAll(/'([^']+)'|`([^`]+)`/g)].map((match) => match[1] ?? match[2] ?? '');

const describe = (top: string, constants: ReadonlyMap<string, string>, fallback: string): string | undefined => {
  const type = typeOf(top, constants) || fallback;
  if (/\bverb\b/.test(top)) return describeChange(top, type);
  if (/\btable:/.test(top)) return `${type}: made when missing, and set back when a field differs.`;
  const path = literalsOf(member(top, 'path'))[0];
  const isFinding = /\bseverity:/.test(top);
  return path === undefined || isFinding ? undefined : `A difference at \`${path}\` is shown in the drift ledger.`;
};

const describeChange = (top: string, type: string): string => {
  const verb = literalsOf(member(top, 'verb'))[0] ?? 'Change';
  const reason = literalsOf(member(top, 'reason')).join('; or ');
  return `${verb} of ${type}${reason === '' ? '' : `: ${reason}`}.`;
};

const typeOf = (top: string, constants: ReadonlyMap<string, string>): string => {
  const written = member(top, 'type');
  return literalsOf(written)[0] ?? constants.get(written.trim()) ?? '';
};
