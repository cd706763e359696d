// The shipped rights: no wildcard, nothing that lets a subject widen its own, and Secrets are listed nowhere but beside the operator.
import { parseAllDocuments } from 'yaml';
import type { Scene } from '../bug.ts';

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
}
interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules: readonly Rule[];
}

const WIDENING = ['escalate', 'bind', 'impersonate'];

export const play: Scene = async (read) => {
  const roles = parseAllDocuments(read('config/rbac/role.yaml')).map((document): Role => document.toJS());
  return roles.flatMap(({ kind, metadata, rules }) =>
    rules.flatMap((rule) => complaintsOf(rule, kind).map((what) => `${kind} ${metadata.name} ${what}`)),
  );
};

function complaintsOf({ apiGroups = [], resources = [], verbs }: Rule, kind: string): readonly string[] {
  const isWide = [...apiGroups, ...resources, ...verbs].some((word) => word.includes('*'));
  const widens = verbs.filter((verb) => WIDENING.includes(verb));
  const lists = kind === 'ClusterRole' && resources.includes('secrets') && verbs.some((verb) => verb !== 'get');
  return [
    ...(isWide ? [`has a wildcard: ${verbs.join(', ')} on ${resources.join(', ')}`] : []),
    ...widens.map((verb) => `may ${verb}`),
    ...(lists ? [`may ${verbs.join(', ')} Secrets everywhere`] : []),
  ];
}
