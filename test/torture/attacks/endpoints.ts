// The operator's two ports, asked as anybody.
import type { Yard } from './yard.ts';

/** Ports of the operator. */
export async function portsOf({ operator }: Yard): Promise<{ readonly health: string; readonly metrics: string }> {
  const found = await operator.process.waitForLine(/"health":(\d+),"metrics":(\d+)/, { timeoutMs: 5_000 });
  return { health: found[1] ?? '', metrics: found[2] ?? '' };
}

/** What a port answers to a path. */
export async function read(
  port: string,
  path: string,
  token?: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  return { status: answer.status, text: await answer.text() };
}

/** A token of a new ServiceAccount. */
export async function tokenOf(yard: Yard, namespace: string, name: string): Promise<string> {
  const home = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await yard.must({ method: 'POST', path: home, body: { metadata: { name } } });
  const made = await yard.must({ method: 'POST', path: `${home}/${name}/token`, body: { spec: {} } });
  return made.body.status.token;
}

/** All metrics, as a scraper with the shipped role reads them. */
export async function metricsOf(yard: Yard): Promise<string> {
  const token = await tokenOf(yard, yard.b, 'prometheus');
  const apiGroup = 'rbac.authorization.k8s.io';
  const bindings = `/apis/${apiGroup}/v1/clusterrolebindings`;
  const name = `${yard.a}-prometheus`;
  const roleRef = { apiGroup, kind: 'ClusterRole', name: 'finance-cloud-metrics-reader' };
  const subjects = [{ kind: 'ServiceAccount', name: 'prometheus', namespace: yard.b }];
  await yard.must({ method: 'POST', path: bindings, body: { metadata: { name }, roleRef, subjects } });
  const { metrics } = await portsOf(yard);
  const { status, text } = await read(metrics, '/metrics', token);
  await yard.must({ method: 'DELETE', path: `${bindings}/${name}` });
  if (status !== 200) throw new Error(`/metrics: ${status} ${text}`);
  return text;
}
