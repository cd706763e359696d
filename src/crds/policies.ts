// Rules between objects, refused at apply by ValidatingAdmissionPolicies whose parameters are our own objects.
// Each relation is judged from both sides; objects applied in an order that no policy sees are judged again by
// the controllers (relations.ts).
import { API_VERSION, GROUP, SYSTEM_NAMESPACE } from './names.ts';
import {
  environmentZoneChecks,
  foreignModuleZone,
  poolZoneChecks,
  poolRuleCheck,
  type PolicyCheck,
  zoneRuleCheck,
  zoneZoneChecks,
} from './policy-checks.ts';

type Resource = 'financecloudaccounts' | 'financecloudenvironments' | 'securityzones' | 'bastionpools';

type Policy = {
  readonly name: string;
  readonly on: Resource;
  readonly paramKind: { readonly apiVersion: string; readonly kind: string };
  readonly paramRef?: { readonly name: string; readonly namespace: string };
  readonly operations?: readonly string[];
  readonly checks: readonly PolicyCheck[];
};

const ours = (kind: string) => ({ apiVersion: API_VERSION, kind });

/** ConfigMap that lists the regions that environments may name, one a line. */
export const REGION_CATALOGUE = 'finance-cloud-regions';

const POLICIES: readonly Policy[] = [
  {
    name: 'zone-fits-environment',
    on: 'securityzones',
    paramKind: ours('FinanceCloudEnvironment'),
    checks: [
      ...environmentZoneChecks({ environment: 'params', zone: 'object' }),
      foreignModuleZone({ environment: 'params', zone: 'object' }),
    ],
  },
  {
    name: 'environment-fits-zones',
    on: 'financecloudenvironments',
    paramKind: ours('SecurityZone'),
    checks: [
      ...environmentZoneChecks({ environment: 'object', zone: 'params' }),
      foreignModuleZone({ environment: 'object', zone: 'params' }),
    ],
  },
  {
    name: 'zones-are-apart',
    on: 'securityzones',
    paramKind: ours('SecurityZone'),
    checks: [
      ...zoneZoneChecks(),
      zoneRuleCheck({ zone: 'object', source: 'params' }),
      zoneRuleCheck({ zone: 'params', source: 'object' }),
    ],
  },
  {
    name: 'pool-fits-zones',
    on: 'bastionpools',
    paramKind: ours('SecurityZone'),
    checks: [...poolZoneChecks({ pool: 'object', zone: 'params' }), poolRuleCheck({ pool: 'object', zone: 'params' })],
  },
  {
    name: 'zone-fits-pools',
    on: 'securityzones',
    paramKind: ours('BastionPool'),
    checks: [...poolZoneChecks({ pool: 'params', zone: 'object' }), poolRuleCheck({ pool: 'params', zone: 'object' })],
  },
  {
    name: 'account-allows-namespace',
    on: 'financecloudenvironments',
    paramKind: ours('FinanceCloudAccount'),
    checks: [
      {
        when: 'params.metadata.name == object.spec.accountRef.name',
        rule: "has(params.spec.allowedNamespaces) && ('*' in params.spec.allowedNamespaces || object.metadata.namespace in params.spec.allowedNamespaces)",
        message:
          "'spec.accountRef: account ' + params.metadata.name + ' does not allow namespace ' + object.metadata.namespace + ': ask its administrator to add the namespace to spec.allowedNamespaces, or name another account'",
      },
    ],
  },
  {
    name: 'region-is-known',
    on: 'financecloudenvironments',
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    paramRef: { name: REGION_CATALOGUE, namespace: SYSTEM_NAMESPACE },
    operations: ['CREATE'],
    checks: [
      {
        when: "has(params.data) && 'regions' in params.data",
        rule: "object.spec.region in params.data['regions'].split('\\n')",
        message: `'spec.region: ' + object.spec.region + ' is not in the catalogue: use one of ' + params.data['regions'].split('\\n').filter(r, r != '').join(', ') + ', or have it added to ConfigMap ${REGION_CATALOGUE} in ${SYSTEM_NAMESPACE}'`,
      },
    ],
  },
];

const VERSIONED = 'admissionregistration.k8s.io/v1';

// Removing a finalizer is an update, and a policy knows no ratcheting: without these two an object that became
// invalid could neither report nor be deleted.
const MATCH_CONDITIONS = [
  { name: 'not-being-deleted', expression: '!has(object.metadata.deletionTimestamp)' },
  { name: 'spec-changes', expression: "request.operation == 'CREATE' || object.spec != oldObject.spec" },
];

const validation = (check: PolicyCheck) => ({
  expression: `!(${check.when}) || (${check.rule})`,
  messageExpression: check.message,
  reason: 'Invalid',
});

const nameOf = (policy: Policy): string => `${policy.name}.${GROUP}`;

const policyOf = (policy: Policy) => ({
  apiVersion: VERSIONED,
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: nameOf(policy) },
  spec: {
    failurePolicy: 'Fail',
    paramKind: policy.paramKind,
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: [GROUP],
          apiVersions: ['*'],
          operations: policy.operations ?? ['CREATE', 'UPDATE'],
          resources: [policy.on],
        },
      ],
    },
    matchConditions: MATCH_CONDITIONS,
    validations: policy.checks.map(validation),
  },
});

const bindingOf = (policy: Policy) => ({
  apiVersion: VERSIONED,
  kind: 'ValidatingAdmissionPolicyBinding',
  metadata: { name: nameOf(policy) },
  spec: {
    policyName: nameOf(policy),
    paramRef: { ...(policy.paramRef ?? { selector: {} }), parameterNotFoundAction: 'Allow' },
    validationActions: ['Deny'],
  },
});

/** All policies and their bindings. */
export const admissionPolicies = () => POLICIES.flatMap((policy) => [policyOf(policy), bindingOf(policy)]);
