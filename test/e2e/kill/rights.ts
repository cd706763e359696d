// What the operator may do in its own namespace, as it is shipped, given to it in the namespace of a run: its lease and its Secret.
import type { Loose } from '../../support/api-proxy.ts';
import { SYSTEM } from '../flows/operator.ts';
import type { Scene } from '../flows/scene.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces';
const OPERATOR = 'finance-cloud-operator';

/** Copies the shipped Role to the scene's namespace and binds it to the operator's ServiceAccount. */
export async function allowHere(scene: Scene): Promise<void> {
  const shipped = await scene.flow.api.call({ method: 'GET', path: `${RBAC}/${SYSTEM}/roles/${OPERATOR}` });
  const { rules }: Loose = shipped.body;
  const metadata = { name: OPERATOR };
  await scene.must('POST', `${RBAC}/${scene.namespace}/roles`, { metadata, rules });
  await scene.must('POST', `${RBAC}/${scene.namespace}/rolebindings`, {
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: OPERATOR },
    subjects: [{ kind: 'ServiceAccount', name: OPERATOR, namespace: SYSTEM }],
  });
}
