// What a code means for the caller: one row per lesson of the field.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { ErrorClass, ServiceName } from './call.ts';
import { calledActions } from './actions.ts';
import { absenceCodes } from './error-tables.ts';
import { classify, cloudError, isRefusal, isUnserved } from './errors.ts';

interface Case {
  readonly api: string;
  readonly code: string;
  readonly status?: number;
  readonly class: ErrorClass;
  readonly unsettled?: boolean;
  readonly why: string;
}

const READ = /^(Describe|List|Get)/;

const cases: readonly Case[] = [
  {
    api: 'ecs/DescribeInstances',
    code: 'InvalidAccessKeyId.NotFound',
    status: 404,
    class: 'credential',
    why: 'a dead key says nothing about servers',
  },
  {
    api: 'vpc/DescribeVpcAttribute',
    code: 'InvalidApi.NotFound',
    status: 404,
    class: 'credential',
    why: 'a wrong endpoint is not absence',
  },
  {
    api: 'vpc/DeleteVpc',
    code: 'InvalidRegionId.NotFound',
    status: 404,
    class: 'credential',
    why: 'a wrong region is not absence',
  },
  {
    api: 'vpc/DescribeVpcs',
    code: 'InvalidAccount.NotFound',
    status: 400,
    class: 'credential',
    why: 'about the account, not the VPC',
  },
  { api: 'ecs/RunInstances', code: 'InvalidSecurityToken.Expired', class: 'credential', why: 'a session ended' },
  {
    api: 'ecs/RunInstances',
    code: 'InvalidTimeStamp.Expired',
    status: 400,
    class: 'credential',
    why: 'our clock is wrong; nothing was done',
  },
  {
    api: 'vpc/DeleteVpc',
    code: 'Forbidden.VpcNotFound',
    status: 400,
    class: 'absent',
    why: 'absence is asked before rights',
  },
  {
    api: 'vpc/CreateVSwitch',
    code: 'Forbidden.VpcNotFound',
    status: 400,
    class: 'bad-request',
    why: 'on a create it is a bad reference',
  },
  {
    api: 'ecs/DeleteInstances',
    code: 'InvalidInstanceId.NotFound',
    status: 404,
    class: 'absent',
    why: 'the id that was asked about',
  },
  {
    api: 'ecs/DeleteSecurityGroup',
    code: 'InvalidSecurityGroup.NotFound',
    status: 404,
    class: 'absent',
    why: 'deletes spell the code differently',
  },
  {
    api: 'ecs/RunInstances',
    code: 'InvalidSecurityGroupId.NotFound',
    status: 404,
    class: 'bad-request',
    why: 'a reference of a create never proves absence',
  },
  { api: 'ecs/RunInstances', code: 'InvalidVSwitchId.NotFound', status: 404, class: 'bad-request', why: 'as above' },
  { api: 'ecs/RunInstances', code: 'InvalidImageId.NotFound', status: 404, class: 'bad-request', why: 'as above' },
  {
    api: 'ecs/AuthorizeSecurityGroup',
    code: 'InvalidSourceGroupId.NotFound',
    status: 404,
    class: 'bad-request',
    why: 'the source, not the group that was asked about',
  },
  {
    api: 'slb/DescribeLoadBalancerAttribute',
    code: 'InvalidLoadBalancerId.NotFound',
    class: 'absent',
    why: 'contains "Balance" and is not about money',
  },
  {
    api: 'slb/DeleteLoadBalancerListener',
    code: 'ResourceNotFound.Listener',
    status: 404,
    class: 'absent',
    why: 'already gone',
  },
  {
    api: 'slb/AddBackendServers',
    code: 'InvalidServerId.NotExist',
    class: 'busy',
    why: 'a server that just went, not the load balancer: the next look tells',
  },
  {
    api: 'ecs/RunInstances',
    code: 'Throttling.User',
    status: 400,
    class: 'throttled',
    why: 'throttling comes with 400, 403 and 429',
  },
  {
    api: 'ecs/RunInstances',
    code: 'Rejected.Throttling',
    status: 403,
    class: 'throttled',
    why: 'any code that contains the word',
  },
  {
    api: 'ecs/RunInstances',
    code: 'Throttling.ConcurrentLimitExceeded',
    class: 'throttled',
    why: 'asked before quota',
  },
  {
    api: 'ecs/RunInstances',
    code: 'LastTokenProcessing',
    status: 403,
    class: 'in-progress',
    unsettled: true,
    why: 'the same token is at work: no new attempt',
  },
  {
    api: 'vpc/CreateVpc',
    code: 'TOKEN_PROCESSING',
    status: 400,
    class: 'in-progress',
    unsettled: true,
    why: 'as above, in the VPC dialect',
  },
  {
    api: 'slb/CreateLoadBalancer',
    code: 'OperationFailed.TokenIsProcessing',
    status: 400,
    class: 'in-progress',
    unsettled: true,
    why: 'as above, in the SLB dialect',
  },
  {
    api: 'ecs/RunInstances',
    code: 'IdempotentParameterMismatch',
    status: 403,
    class: 'token-mismatch',
    unsettled: true,
    why: 'the token was used: something may exist',
  },
  {
    api: 'vpc/CreateVSwitch',
    code: 'Duplicated.ClientToken',
    status: 400,
    class: 'token-mismatch',
    unsettled: true,
    why: 'as above',
  },
  {
    api: 'ecs/RunInstances',
    code: 'InternalError',
    status: 500,
    class: 'transient',
    unsettled: true,
    why: 'may be answered after the commit',
  },
  {
    api: 'ecs/DescribeInstances',
    code: 'InternalError',
    status: 400,
    class: 'transient',
    why: 'listed under 400 too; a read has no effect',
  },
  {
    api: 'vpc/CreateVpc',
    code: 'ServiceUnavailable',
    status: 400,
    class: 'transient',
    unsettled: true,
    why: 'the status decides nothing',
  },
  {
    api: 'ecs/LeaveSecurityGroup',
    code: 'RequestTimeout',
    status: 504,
    class: 'transient',
    unsettled: true,
    why: 'a time-out inside the cloud',
  },
  {
    api: 'ecs/RunInstances',
    code: 'SignatureNonceUsed',
    status: 400,
    class: 'transient',
    unsettled: true,
    why: 'our nonces are fresh: somebody sent this request before',
  },
  {
    api: 'vpc/DeleteVSwitch',
    code: 'DependencyViolation.Kvstore',
    status: 400,
    class: 'busy',
    why: 'in no table: interfaces of managed services go later',
  },
  { api: 'ecs/DeleteSecurityGroup', code: 'DependencyViolation', status: 403, class: 'busy', why: 'servers go first' },
  {
    api: 'vpc/DeleteVpc',
    code: 'Forbbiden',
    status: 400,
    class: 'busy',
    why: 'for some seconds after the last vSwitch went (sic)',
  },
  {
    api: 'vpc/CreateVSwitch',
    code: 'IncorrectVSwitchStatus',
    status: 400,
    class: 'busy',
    why: 'one creation at a time per VPC',
  },
  { api: 'vpc/CreateVSwitch', code: 'OperationDenied.OtherSubnetCreating', class: 'busy', why: 'as above' },
  {
    api: 'ecs/StartInstances',
    code: 'InvalidOperation.Conflict',
    status: 409,
    class: 'busy',
    why: 'works a moment later',
  },
  {
    api: 'ecs/AuthorizeSecurityGroup',
    code: 'InvalidParamter.Conflict',
    status: 403,
    class: 'bad-request',
    why: 'ends like busy, but our parameters contradict (sic)',
  },
  {
    api: 'slb/StartLoadBalancerListener',
    code: 'ListenerProcessing',
    class: 'busy',
    why: 'a configuration is pending',
  },
  { api: 'slb/AddBackendServers', code: 'ServiceIsConfiguring', class: 'busy', why: 'a field code in no table' },
  { api: 'slb/AddBackendServers', code: 'BackendServer.configuring', class: 'busy', why: 'in lower case here' },
  {
    api: 'ecs/StartInstances',
    code: 'IncorrectInstanceStatus.Initializing',
    class: 'busy',
    why: 'a state, with a suffix',
  },
  {
    api: 'ecs/DescribeInstances',
    code: 'InvalidStatus.NotFound',
    status: 404,
    class: 'bad-request',
    why: 'a wrong filter, no absence and no state',
  },
  { api: 'ecs/RunInstances', code: 'OperationDenied.NoStock', status: 403, class: 'stock', why: 'sold out' },
  {
    api: 'slb/CreateLoadBalancer',
    code: 'OperationFailed.ZoneResourceLimit',
    status: 400,
    class: 'stock',
    why: 'asked before quota',
  },
  {
    api: 'ecs/RunInstances',
    code: 'InvalidAccountStatus.NotEnoughBalance',
    status: 403,
    class: 'money',
    why: 'a human pays',
  },
  { api: 'slb/CreateLoadBalancer', code: 'PAYFOR.CREDIT_PAY_INSUFFICIENT_BALANCE', class: 'money', why: 'in capitals' },
  {
    api: 'ecs/RunInstances',
    code: 'QuotaExceed.ElasticQuota',
    status: 403,
    class: 'quota',
    why: 'a human asks for more',
  },
  {
    api: 'ecs/AuthorizeSecurityGroup',
    code: 'AuthorizationLimitExceed',
    status: 403,
    class: 'quota',
    why: 'rules of a group',
  },
  {
    api: 'ecs/RunInstances',
    code: 'QuotaExceeded.PrivateIpAddress',
    status: 400,
    class: 'quota',
    why: 'the subnet is full',
  },
  { api: 'ecs/RunInstances', code: 'Forbidden.RAM', status: 403, class: 'rights', why: 'the policy lacks an action' },
  { api: 'slb/CreateLoadBalancer', code: 'Forbidden', status: 403, class: 'rights', why: 'another name for it' },
  { api: 'sts/GetCallerIdentity', code: 'NoPermission', status: 403, class: 'rights', why: 'a third name' },
  {
    api: 'slb/CreateLoadBalancerHTTPListener',
    code: 'ListenerAlreadyExists',
    class: 'exists',
    why: 'natural key: compare',
  },
  {
    api: 'slb/CreateLoadBalancerHTTPListener',
    code: 'InvalidParameter.ListenerPortConflict',
    class: 'exists',
    why: 'the port is taken: compare',
  },
  {
    api: 'slb/SetLoadBalancerHTTPListenerAttribute',
    code: 'InvalidParameter.ListenerPortConflict',
    class: 'bad-request',
    why: 'only a create can find its own work',
  },
  {
    api: 'vpc/CreateVSwitch',
    code: 'RouteConflict.AlreadyExist',
    class: 'bad-request',
    why: 'a foreign route, not our vSwitch',
  },
  {
    api: 'vpc/CreateVSwitch',
    code: 'InvalidCidrBlock.Overlapped',
    status: 400,
    class: 'bad-request',
    why: 'documented for that action',
  },
  {
    api: 'vpc/CreateVpc',
    code: 'InvalidCidrBlock.Overlapped',
    status: 400,
    class: 'unknown',
    unsettled: true,
    why: 'not documented for this action: an unknown outcome',
  },
  {
    api: 'vpc/CreateVpc',
    code: 'Never.Heard.Of',
    status: 400,
    class: 'unknown',
    unsettled: true,
    why: 'unknown code on a write',
  },
  { api: 'vpc/DescribeVpcs', code: 'Never.Heard.Of', status: 404, class: 'unknown', why: 'a 404 alone is nothing' },
  {
    api: 'vpc/CreateVpc',
    code: 'Never.Heard.Of',
    status: 502,
    class: 'transient',
    unsettled: true,
    why: 'only where the code says nothing, 5xx does',
  },
  { api: 'vpc/CreateVpc', code: 'Timeout', class: 'transient', unsettled: true, why: 'the answer did not come' },
  {
    api: 'vpc/CreateVpc',
    code: 'UnreadableAnswer',
    class: 'transient',
    unsettled: true,
    why: 'HTML, nothing, or half an answer',
  },
  {
    api: 'vpc/CreateVpc',
    code: 'Network.ECONNRESET',
    class: 'transient',
    unsettled: true,
    why: 'the request may have arrived',
  },
  { api: 'vpc/CreateVpc', code: 'Network.ENOTFOUND', class: 'transient', why: 'without a name nothing was sent' },
  { api: 'vpc/CreateVpc', code: 'Network.ECONNREFUSED', class: 'transient', why: 'nothing was sent' },
  {
    api: 'vpc/CreateVpc',
    code: 'Network.CERT_HAS_EXPIRED',
    class: 'transient',
    why: 'the handshake ended before the request',
  },
  {
    api: 'ecs/RunInstances',
    code: 'ActionNotThere',
    status: 501,
    class: 'unknown',
    unsettled: true,
    why: 'an endpoint that does not serve the action; that nothing was made is for the look-up to say',
  },
  {
    api: 'ecs/DescribeInstances',
    code: 'ActionNotThere',
    status: 501,
    class: 'unknown',
    why: 'it does not pass by itself as a failing server does',
  },
  {
    api: 'vpc/CreateVpc',
    code: 'InternalError',
    status: 501,
    class: 'transient',
    unsettled: true,
    why: 'a known code beats its status here too',
  },
  {
    api: 'vpc/CreateVpc',
    code: 'IdempotentParameterMismatch',
    status: 500,
    class: 'token-mismatch',
    unsettled: true,
    why: 'a known code beats its status',
  },
];

const services: readonly ServiceName[] = ['vpc', 'ecs', 'slb', 'sts'];

function parsed(api: string): { service: ServiceName; action: string } {
  const [name, action] = api.split('/');
  const service = services.find((known) => known === name);
  assert.ok(service !== undefined && action !== undefined, api);
  return { service, action };
}

const refused = (code: string) =>
  isRefusal(cloudError({ service: 'ecs', action: 'RunInstances', code, status: 400, mutating: true }, { message: '' }));

function judged({ api, code, status }: Case) {
  const { service, action } = parsed(api);
  return classify({ service, action, code, ...(status === undefined ? {} : { status }), mutating: !READ.test(action) });
}

describe('classification of errors', () => {
  for (const row of cases) {
    it(`${row.api} ${row.code}${row.status === undefined ? '' : ` (${row.status})`} is ${row.class}: ${row.why}`, () => {
      assert.deepEqual(judged(row), { class: row.class, mayHaveHappened: row.unsettled ?? false });
    });
  }

  it('finds absence only in actions that we call, never in a create', () => {
    for (const api of Object.keys(absenceCodes)) {
      assert.ok(calledActions.includes(api), `${api} is not called`);
      assert.doesNotMatch(api, /\/(Create|RunInstances)/);
    }
  });

  it('never calls an error of a read a possible effect, whatever the code', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.integer({ min: 100, max: 599 }), { nil: undefined }), (code, status) => {
        const failure = { service: 'ecs' as const, action: 'DescribeInstances', code, mutating: false };
        return !classify(status === undefined ? failure : { ...failure, status }).mayHaveHappened;
      }),
    );
  });

  it('knows an endpoint that does not serve an action by status and unknown code together', () => {
    assert.ok(isUnserved({ class: 'unknown', status: 501 }));
    assert.ok(!isUnserved({ class: 'unknown', status: 404 }), 'an unknown code of an action that is served');
    assert.ok(!isUnserved({ class: 'transient', status: 501 }), 'the code says that it passes');
  });

  it('closes intents by the table of refusals only', () => {
    assert.ok(refused('OperationDenied.NoStock'));
    assert.ok(refused('InvalidImageId.NotFound'));
    assert.ok(!refused('Never.Heard.Of'), 'an unknown code is an unknown outcome');
    assert.ok(!refused('InvalidAccessKeyId.NotFound'), 'a dead key decides nothing');
  });
});
