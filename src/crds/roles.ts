// Roles for people, per kind: viewer, editor, admin. Those of namespaced kinds add up to Kubernetes' own
// view, edit and admin; accounts are for cluster administrators only.
import { KINDS, type KindDefinition } from './kinds.ts';
import { GROUP } from './names.ts';

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'delete', 'deletecollection', 'patch', 'update'];

type Level = { readonly name: string; readonly verbs: readonly string[]; readonly into: readonly string[] };

const LEVELS: readonly Level[] = [
  { name: 'viewer', verbs: READ, into: ['view', 'edit', 'admin'] },
  { name: 'editor', verbs: [...READ, ...WRITE], into: ['edit', 'admin'] },
  { name: 'admin', verbs: ['*'], into: ['admin'] },
];

const aggregation = (kind: KindDefinition, level: Level): Readonly<Record<string, string>> =>
  kind.scope === 'Cluster'
    ? {}
    : Object.fromEntries(level.into.map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, 'true']));

const roleOf = (kind: KindDefinition, level: Level) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: {
    name: `${kind.singular}-${level.name}`,
    labels: { 'app.kubernetes.io/part-of': 'finance-cloud-operator', ...aggregation(kind, level) },
  },
  rules: [
    { apiGroups: [GROUP], resources: [kind.plural], verbs: level.verbs },
    // Status holds what is on record of the cloud: only the operator writes it.
    { apiGroups: [GROUP], resources: [`${kind.plural}/status`], verbs: ['get'] },
  ],
});

/** ClusterRoles for people. */
export const rolesForPeople = () => KINDS.flatMap((kind) => LEVELS.map((level) => roleOf(kind, level)));
