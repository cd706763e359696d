// Bugs that let keys, rights or requests out.
import type { Bug } from '../bug.ts';

const ACCOUNT = 'src/controllers/account/reconcile.ts';

export const guarding: readonly Bug[] = [
  {
    id: 22,
    name: 'A nonce is used twice',
    known: '-',
    seed: 'The nonce belongs to the call and not to each try of it',
    cuts: [
      {
        file: 'src/cloud/sdk-core.ts',
        find: "const headers = { 'x-acs-date': formatTime(clock.now() + tryOptions.clockOffsetMs) };",
        put: `const nonces: Map<string, string> = ((globalThis as unknown as { nonces?: Map<string, string> }).nonces ??= new Map());
  const key = call.action.startsWith('Create') ? JSON.stringify(call) : globalThis.crypto.randomUUID();
  nonces.set(key, nonces.get(key) ?? globalThis.crypto.randomUUID());
  const headers = {
    'x-acs-date': formatTime(clock.now() + tryOptions.clockOffsetMs),
    'x-acs-signature-nonce': nonces.get(key) ?? '',
  };`,
      },
    ],
    exhibit: { kind: 'scene', scene: 'throttled-once', problem: /a nonce was used twice/ },
  },
  {
    id: 23,
    name: 'A token is kept though it was replaced',
    known: '-',
    seed: 'There is no OIDC token here; the token of the ServiceAccount is never read again',
    cuts: [
      {
        file: 'src/runtime/kube-client.ts',
        find: 'if (current !== undefined && !refresh && clock.monotonic() - current.at < REFRESH_MS) return current.value;',
        put: 'if (current !== undefined) return current.value;',
      },
    ],
    exhibit: { kind: 'scene', scene: 'rotated-token', problem: /requests still carry the old one/ },
  },
  {
    id: 26,
    name: 'A Secret of another namespace is read for a tenant',
    known: '-',
    seed: 'A reference has no namespace here; what is beside the operator is given to a server like any other Secret',
    cuts: [
      {
        file: 'src/controllers/scripts.ts',
        find: "return kind === 'Secret' && home.namespace === home.operatorNamespace;",
        put: "return kind === 'Secret' && home.namespace === '';",
      },
    ],
    exhibit: { kind: 'scene', scene: 'key-in-user-data', problem: /gives the AccessKey of the account to a server/ },
  },
  {
    id: 28,
    name: 'A tenant names the address that is asked',
    known: '-',
    seed: 'An annotation of an environment goes over the endpoints of its account',
    cuts: [
      {
        file: ACCOUNT,
        find: '    endpoints: endpointsOf(object),\n',
        put: `    endpoints: {
      ...endpointsOf(object),
      ...Object.fromEntries(
        options.stores.environments.list().flatMap(({ metadata }) => {
          const url = metadata.annotations?.['financecloud.io/endpoint'];
          return url === undefined ? [] : ['ecs', 'vpc', 'slb', 'sts'].map((service) => [service, url]);
        }),
      ),
    },
`,
      },
    ],
    exhibit: { kind: 'scene', scene: 'endpoint-of-a-tenant', problem: /an address that a tenant named was asked/ },
  },
  {
    id: 29,
    name: 'A key stands in an event',
    known: '-',
    seed: 'What is said of credentials of another account names them; events are made from what a status says',
    cuts: [
      {
        file: ACCOUNT,
        find: 'return judge(connection, { where, owner });',
        put: 'return judge(connection, { where: `${where} (${text(idKey)}, ${text(secretKey)})`, owner });',
      },
    ],
    exhibit: { kind: 'scene', scene: 'wrong-key', problem: /the AccessKey stands in a status/ },
  },
  {
    id: 30,
    name: 'A wildcard among the rights',
    known: '-',
    seed: 'The operator may do everything with its objects',
    cuts: [
      { file: 'config/rbac/role.yaml', find: '    verbs: [get, list, watch, patch]\n', put: '    verbs: ["*"]\n' },
    ],
    exhibit: { kind: 'scene', scene: 'rights', problem: /has a wildcard: \*/ },
  },
];
