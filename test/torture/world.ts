// One life's own namespace, rights, account and emptied emulator, and what the harness does to them as administrator and colleague.
import type { ApiAnswer, ApiCall, ApiProxy, Loose } from '../support/api-proxy.ts';
import type { EmulatorProcess } from '../support/emulator-process.ts';
import { eventually } from '../support/eventually.ts';
import { F, G, account, environment, pool, webModule, zone } from '../e2e/flows/objects.ts';
import type { Awaited, Life } from './judge.ts';

/** Account of every emulator, and the one zone of the sample. */
export const ACCOUNT_ID = '1000000000000001';
const GROUP = '/apis/financecloud.io/v1alpha1';
const KINDS = ['financecloudenvironments', 'securityzones', 'bastionpools'] as const;
const TYPES: ReadonlySet<string> = new Set(['vpc', 'vswitch', 'securityGroup', 'instance', 'loadbalancer', 'listener']);
const OPERATOR = 'finance-cloud-operator';

/** What a world is made of. */
export interface WorldParts {
  readonly name: string;
  readonly api: ApiProxy;
  readonly emulator: EmulatorProcess;
  /** Rules that the shipped Role grants in the operator's namespace. */
  readonly rules: Loose;
}

/** One namespace and one emulator. */
export class World {
  readonly name: string;
  readonly #parts: WorldParts;

  constructor(parts: WorldParts) {
    this.name = parts.name;
    this.#parts = parts;
  }

  /** Empties the emulator and makes namespace, rights, Secret, a stranger's things, account and objects. */
  async create(cloudUrl: string): Promise<void> {
    const { name } = this;
    await this.control('POST', 'reset', {});
    await this.must({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${name}`;
    const subject = { kind: 'ServiceAccount', name: OPERATOR, namespace: 'finance-cloud-system' };
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: OPERATOR };
    const metadata = { name: OPERATOR };
    const stringData = { 'access-key-id': 'good', 'access-key-secret': 'good-secret' };
    await Promise.all([
      this.must({ method: 'POST', path: `${rbac}/roles`, body: { metadata, rules: this.#parts.rules } }),
      this.must({ method: 'POST', path: `${rbac}/rolebindings`, body: { metadata, roleRef, subjects: [subject] } }),
      this.must({
        method: 'POST',
        path: `/api/v1/namespaces/${name}/secrets`,
        body: { metadata: { name }, stringData },
      }),
      this.#plantStrangers(),
    ]);
    await this.#apply(account(name, { accountId: ACCOUNT_ID, url: cloudUrl }));
    const healthCheck = { type: 'TCP', intervalSeconds: 1, healthyThreshold: 2 };
    const listener = { protocol: 'TCP', port: 80, backendPort: 8080, healthCheck };
    const loadBalancer = { address: 'Internet', billing: { type: 'PayByTraffic' }, listeners: [listener] };
    await this.#apply(environment(name, { modules: [webModule({ loadBalancer })] }));
    await this.#apply(zone(name));
    await this.#apply(pool(name, { securityZoneRef: { name: 'dmz' } }));
  }

  async #apply(object: Loose): Promise<void> {
    const home = object.metadata.namespace === undefined ? '' : `/namespaces/${this.name}`;
    const path = `${GROUP}${home}/${object.kind.toLowerCase()}s/${object.metadata.name}?fieldManager=torture&force=true`;
    await this.must({ method: 'PATCH', path, body: object, contentType: 'application/apply-patch+yaml' });
  }

  /** A colleague's own network and group in the same account, called like ours: nobody may touch them. */
  async #plantStrangers(): Promise<void> {
    const made = await this.console('vpc', 'CreateVpc', { CidrBlock: '10.0.0.0/8', VpcName: 'bank' });
    const group = { VpcId: made.answer.VpcId, SecurityGroupName: 'dmz' };
    await this.#edit('ecs', 'CreateSecurityGroup', group);
  }

  /** A request as the administrator; a refusal is thrown. */
  async must(call: ApiCall): Promise<ApiAnswer> {
    const answer = await this.#parts.api.call(call);
    if (answer.status >= 300) throw new Error(`${call.method} ${call.path}: ${answer.status} ${answer.message}`);
    return answer;
  }

  async control(method: 'GET' | 'POST', path: string, body?: object): Promise<Loose> {
    return this.#parts.emulator.control(method, path, body);
  }

  /** An edit that a colleague makes in the console. */
  console(service: string, action: string, params: object): Promise<Loose> {
    const body = { service, action, account: ACCOUNT_ID, params: { RegionId: 'cn-shanghai-finance-1', ...params } };
    return this.control('POST', 'drift', body);
  }

  /** The environment, its zones and pools that exist. */
  async objects(): Promise<readonly Loose[]> {
    const lists = await Promise.all(
      KINDS.map((kind) => this.must({ method: 'GET', path: `${GROUP}/namespaces/${this.name}/${kind}` })),
    );
    return lists.flatMap(({ body }) =>
      body.items.map((item: Loose) => ({ ...item, kind: String(body.kind).replace('List', '') })),
    );
  }

  /** Every resource that ever was in this account, of the types that are judged. */
  async lives(): Promise<readonly Life[]> {
    const ledger = await this.control('GET', 'ledger?since=999999999&limit=0');
    return ledger.resources.filter(({ type }: Life) => TYPES.has(type));
  }

  /** Who holds the lease; undefined without one. */
  async leaseHolder(): Promise<string | undefined> {
    const answer = await this.#parts.api.call({ method: 'GET', path: this.#lease });
    return answer.status === 200 ? (answer.body.spec?.holderIdentity ?? '') : undefined;
  }

  get #lease(): string {
    return `/apis/coordination.k8s.io/v1/namespaces/${this.name}/leases/${OPERATOR}`;
  }

  async dropLease(): Promise<void> {
    await this.#parts.api.call({ method: 'DELETE', path: this.#lease });
  }

  /** Deletes a part of what the operator stored on the environment; `seen` is told what stood there. */
  async deface(
    what: 'resources' | 'intents' | 'finalizers' | 'conditions' | 'status',
    seen: (object: Loose) => void,
  ): Promise<void> {
    const path = this.#bank;
    const contentType = 'application/merge-patch+json';
    await eventually(
      async () => {
        const { body: object } = await this.must({ method: 'GET', path });
        seen(object);
        const { resourceVersion } = object.metadata;
        const body =
          what === 'finalizers'
            ? { metadata: { resourceVersion, finalizers: null } }
            : { metadata: { resourceVersion }, status: what === 'status' ? null : { [what]: null } };
        const to = what === 'finalizers' ? path : `${path}/status`;
        return (await this.must({ method: 'PATCH', path: to, body, contentType })).status < 300;
      },
      { what: `taking ${what} away`, timeoutMs: 10_000, everyMs: 5 },
    );
  }

  get #bank(): string {
    return `${GROUP}/namespaces/${this.name}/financecloudenvironments/bank`;
  }

  /** A person says that servers which the environment asks about are to be taken on record, and removes those that it only reports. */
  async answer({ asked, reported }: Awaited): Promise<void> {
    const path = this.#bank;
    const contentType = 'application/merge-patch+json';
    if (asked.length > 0) {
      const { body } = await this.must({ method: 'GET', path });
      const annotations = { 'financecloud.io/take-over': body.metadata.uid };
      await this.must({ method: 'PATCH', path, body: { metadata: { annotations } }, contentType });
    }
    await Promise.all(reported.map((id) => this.lose(id)));
  }

  /** Moves a server of zone F to zone G behind the operator's back. */
  async unbalance(): Promise<void> {
    const instanceId = this.#idOf(await this.lives(), 'instance', F);
    await this.control('POST', 'drift', { kind: 'serverInOtherZone', account: ACCOUNT_ID, instanceId, zone: G });
  }

  /** A server is gone as after a failure of the cloud. */
  async lose(instanceId: string): Promise<void> {
    await this.#edit('ecs', 'DeleteInstance', { InstanceId: instanceId, Force: true });
  }

  /** A colleague opens a port to the world, stops the listener, bends its health check, and releases a server. */
  async deform(): Promise<void> {
    const lives = await this.lives();
    const group = this.#idOf(lives, 'securityGroup');
    const balancer = this.#idOf(lives, 'loadbalancer');
    const rule = { IpProtocol: 'tcp', PortRange: '3306/3306', SourceCidrIp: '0.0.0.0/0' };
    await this.#edit('ecs', 'AuthorizeSecurityGroup', { SecurityGroupId: group, Permissions: [rule] });
    const gone = this.#idOf(lives, 'instance', G);
    await this.#edit('ecs', 'DeleteInstance', { InstanceId: gone, Force: true });
    const listener = { LoadBalancerId: balancer, ListenerPort: 80 };
    await this.#edit('slb', 'SetLoadBalancerTCPListenerAttribute', { ...listener, HealthCheckInterval: 9 });
    await this.#edit('slb', 'StopLoadBalancerListener', listener);
  }

  /** What is busy refuses for a moment. */
  async #edit(service: string, action: string, params: object): Promise<void> {
    await eventually(async () => (await this.console(service, action, params)) !== undefined, {
      what: action,
      timeoutMs: 20_000,
      everyMs: 20,
    });
  }

  #idOf(lives: readonly Life[], type: string, zoneName?: string): string {
    const isWanted = (life: Life): boolean =>
      life.type === type &&
      life.deletedAt === null &&
      life.createdBy.accessKeyId !== 'console' &&
      (zoneName === undefined || (life.zone === zoneName && isWeb(life))) &&
      (type !== 'securityGroup' || revokes(life));
    const found = lives.find(isWanted);
    if (found === undefined) throw new Error(`no ${type} ${zoneName ?? ''} lives`);
    return found.id;
  }

  /** Asks for the deletion of everything. */
  async farewell(): Promise<void> {
    const home = `${GROUP}/namespaces/${this.name}`;
    for (const path of ['bastionpools/ops', 'securityzones/dmz', 'financecloudenvironments/bank'])
      await this.must({ method: 'DELETE', path: `${home}/${path}` });
  }

  /** Nobody works on it any more: what is left goes without its finalizers, and nothing stays for others to see. */
  async forget(): Promise<void> {
    const home = `${GROUP}/namespaces/${this.name}`;
    const all = ['bastionpools/ops', 'securityzones/dmz', 'financecloudenvironments/bank'];
    for (const path of [...all.map((item) => `${home}/${item}`), `${GROUP}/financecloudaccounts/${this.name}`]) {
      const { api } = this.#parts;
      if ((await api.call({ method: 'GET', path })).status !== 200) continue;
      await api.call({ method: 'DELETE', path });
      const body = { metadata: { finalizers: null } };
      await api.call({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
    }
  }
}

const isWeb = ({ tagsNow }: Life): boolean => tagsNow?.['financecloud.io/resource']?.startsWith('web') === true;
/** Undeclared rules are revoked in the security zone; those of the pool are only reported. */
const revokes = ({ tagsNow }: Life): boolean =>
  tagsNow?.['financecloud.io/object']?.startsWith('SecurityZone/') === true;
