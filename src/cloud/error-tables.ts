// What error codes mean, as data: rows are asked in order, the first that matches decides. Codes are the cloud's, misspellings included.
import type { ErrorClass } from './call.ts';

/** One row: codes that are equal to or match `codes`, in the actions named (all, when none is named). */
export interface ErrorRow {
  readonly class: ErrorClass;
  readonly codes: RegExp;
  readonly actions?: RegExp;
}

/** About keys, signatures, clocks, accounts, endpoints, regions and roles: nothing is concluded about any resource. */
export const neverAbsence: readonly RegExp[] = [
  /^InvalidAccessKeyId\b/,
  /^InvalidSecurityToken\b/,
  /^(SignatureDoesNotMatch|IncompleteSignature|InvalidSignatureMethod)$/,
  /^InvalidTimeStamp\b/,
  /^InvalidApi\.NotFound$/,
  /^(InvalidAction|InvalidVersion|UnsupportedHTTPMethod)(\.|$)/,
  /^(InvalidRegionId|InvalidRegion|UnsupportedRegion|Forbidden\.RegionNotFound|IllegalParam\.RegionId)(\.|$)/,
  /^InvalidRegionInstance$/,
  /^(Abs\.)?InvalidAccount\.NotFound$/,
  /^(InvalidAliuid|InvalidUid|InvalidUserId|UserDisable)(\.|$)/,
  /^EntityNotExist\.Role$/,
  /^(ServiceLinkedRole|NoPermission\.ServiceLinkedRole)\b/,
  /^AuthenticationFail\b/,
];

const SERVER = 'InvalidInstanceId.NotFound InvalidInstanceIds.NotFound Forbidden.InstanceNotFound';
const GROUP = 'InvalidSecurityGroupId.NotFound InvalidSecurityGroup.NotFound';
const BALANCER = 'InvalidLoadBalancerId.NotFound';
const LISTENER = `ResourceNotFound.Listener ${BALANCER}`;
const VPC = 'InvalidVpcId.NotFound Forbidden.VpcNotFound';
const VSWITCH = 'InvalidVSwitchId.NotFound InvalidVswitchID.NotFound';

/** Codes by which an action says that the very id it was asked about is not there, by `service/Action`. Creates have none. */
export const absenceCodes: { readonly [action: string]: string } = {
  'vpc/ModifyVpcAttribute': VPC,
  'vpc/DeleteVpc': VPC,
  'vpc/DescribeVpcAttribute': VPC,
  'vpc/ModifyVSwitchAttribute': VSWITCH,
  'vpc/DeleteVSwitch': VSWITCH,
  'vpc/DescribeVSwitches': VSWITCH,
  'vpc/DescribeVSwitchAttributes': VSWITCH,
  'ecs/ModifySecurityGroupAttribute': GROUP,
  'ecs/DeleteSecurityGroup': GROUP,
  'ecs/DescribeSecurityGroupAttribute': GROUP,
  'ecs/DescribeSecurityGroupReferences': GROUP,
  'ecs/AuthorizeSecurityGroup': GROUP,
  'ecs/RevokeSecurityGroup': `${GROUP} InvalidGroupAuthItem.NotFound InvalidSecurityGroupRule.RuleNotExist InvalidSecurityGroupRuleId.NotFound`,
  'ecs/ModifySecurityGroupRule': `${GROUP} InvalidSecurityGroupRuleId.NotFound SecurityGroupRule.NotFound`,
  'ecs/JoinSecurityGroup': SERVER,
  'ecs/LeaveSecurityGroup': `${SERVER} InstanceNotInSecurityGroup InvalidSecurityGroupAssociation.NotFound`,
  'ecs/StartInstances': SERVER,
  'ecs/StartInstance': SERVER,
  'ecs/DeleteInstances': SERVER,
  'ecs/DeleteInstance': SERVER,
  'ecs/DescribeInstances': SERVER,
  'ecs/DescribeInstanceStatus': SERVER,
  'ecs/DescribeInstanceAttribute': SERVER,
  'ecs/ModifyInstanceAttribute': SERVER,
  'ecs/ModifyInstanceMaintenanceAttributes': SERVER,
  'ecs/DescribeInstanceMaintenanceAttributes': SERVER,
  'ecs/RunCommand': `${SERVER} InvalidInstance.NotFound`,
  'ecs/DescribeCloudAssistantStatus': `${SERVER} InvalidInstance.NotFound`,
  'slb/DeleteLoadBalancer': BALANCER,
  'slb/DescribeLoadBalancers': BALANCER,
  'slb/DescribeLoadBalancerAttribute': BALANCER,
  'slb/SetLoadBalancerName': BALANCER,
  'slb/SetLoadBalancerStatus': BALANCER,
  'slb/SetLoadBalancerDeleteProtection': BALANCER,
  'slb/ModifyLoadBalancerInternetSpec': BALANCER,
  'slb/ModifyLoadBalancerInstanceSpec': BALANCER,
  'slb/ModifyLoadBalancerInstanceChargeType': BALANCER,
  'slb/DescribeHealthStatus': BALANCER,
  'slb/AddBackendServers': BALANCER,
  'slb/SetBackendServers': BALANCER,
  'slb/RemoveBackendServers': BALANCER,
  'slb/StartLoadBalancerListener': LISTENER,
  'slb/StopLoadBalancerListener': LISTENER,
  'slb/DeleteLoadBalancerListener': LISTENER,
  'slb/SetLoadBalancerHTTPListenerAttribute': LISTENER,
  'slb/SetLoadBalancerTCPListenerAttribute': LISTENER,
  'slb/SetLoadBalancerUDPListenerAttribute': LISTENER,
  'slb/DescribeLoadBalancerHTTPListenerAttribute': LISTENER,
  'slb/DescribeLoadBalancerTCPListenerAttribute': LISTENER,
  'slb/DescribeLoadBalancerUDPListenerAttribute': LISTENER,
  'slb/DescribeLoadBalancerListeners': BALANCER,
};

/** The remaining classes, in the order in which they are asked, after absence and before the documented refusals. */
export const errorRows: readonly ErrorRow[] = [
  { class: 'throttled', codes: /Throttling/ },
  {
    class: 'in-progress',
    codes:
      /^(IdempotentProcessing|IdempotenceProcessing|TOKEN_PROCESSING|InvalidConcurrentOperate)$|LastTokenProcessing$|IdempotentTokenProcessing$|TokenIsProcessing$/,
  },
  {
    class: 'token-mismatch',
    codes:
      /^(IdempotentParameterMismatch|IdempotenceParamNotMatch|InvalidIdempotenceParameter|Duplicated\.ClientToken)/,
  },
  {
    class: 'exists',
    codes:
      /^InvalidInstanceId\.AlreadyExists$|ListenerAlreadyExists$|^RouterEntryConflict\.Duplicated$|^InvalidCIDRBlock\.Duplicate$|AclEntryExists$|Duplicate\.Rule$/,
  },
  {
    class: 'exists',
    codes: /^(InvalidParameter\.)?ListenerPortConflict$/,
    actions: /^slb\/CreateLoadBalancer\w+Listener$/,
  },
  {
    class: 'transient',
    codes:
      /^(ServiceUnavailable|InternalError|SystemBusy|System\.ServiceBusy|UnknownError|InnerServiceFailed|TimeoutRetryLater|RequestTimeout|NodeControllerUnavailable|InternalFailure)(\.|$)/,
  },
  { class: 'transient', codes: /^SignatureNonceUsed$/ }, // every try has a new nonce, so a middleman sent this one twice
  { class: 'busy', codes: /^DependencyViolation\b|^RspoolVipExist$|^Forbbiden$/, actions: /\/(Delete|Release|Remove)/ },
  { class: 'bad-request', codes: /^Invalid(Param|Paramter|Parameter)\b/ },
  {
    class: 'busy',
    codes:
      /^(TaskConflict|OperationConflict|OperationBusy|VpcSystemBusy|ServiceIsStopping|VswitchStatusError|Operation\.Deny|InvalidInstanceStatus|InstanceNotReady|LastRequestProcessing|LastOrderProcessing)$/,
  },
  {
    class: 'busy',
    codes: /[Cc]onfiguring|Processing$|\.Conflict$|^Incorrect(\w*Status|Status\.)|^IncorrectDBInstanceState$/,
  },
  {
    class: 'busy',
    codes:
      /^OperationDenied\.(OtherSubnet\w+|DBInstanceStatus)$|^OperationFailed\.(DistibuteLock|NotifyCenCreate|ListenerStatusNotSupport|ServiceGroupProcessing)$|^Forbidden\.InstanceIsBeingCreated$|^InvalidStatus\.(?!NotFound)/,
  },
  {
    class: 'stock',
    codes:
      /NoStock$|^InsufficientResourceCapacity$|ZoneResource|RegionResourceLimit$|InventoryNotEnough|^Zone\.(NotOnSale|NotOpen)|ZoneNotSupported$|^PRODUCT\.NOT_AVAILABLE_IZ$|InsufficientResources$|ResourceNotEnough$|^InsufficientPublicIp$|^LackResource$|^ShareSlbHaltSales$/,
  },
  {
    class: 'money',
    codes: /Balance(?!r)|BALANCE|Arrear|^PAYFOR|UnpaidBills|^InvalidPayMethod|PaymentMethod|^CommodityServiceCalling/,
  },
  { class: 'money', codes: /^InstanceExpired/ },
  { class: 'quota', codes: /Quota|LimitExceed|ExceedLimit|OverLimit|^VSwitchAvailableIpNotExist$/ },
  // Members are servers on record, seen a moment before: one that just went leaves the record with the next proof of absence.
  { class: 'busy', codes: /^InvalidServerId\.NotExist$/, actions: /^slb\/(Add|Set|Remove)BackendServers$/ },
  {
    class: 'bad-request', // references to what is not there, on calls that are not asked about it
    codes: /^Forbidden\.\w+NotFound$|^ResourceNotFound\.|^NetworkConflict$|^CertificateNotExist$/,
  },
  {
    class: 'rights',
    codes:
      /^Forbidden\b|^NoPermission\b|^UnauthorizedOperation\b|^AccessDenied\b|^RealNameAuthenticationError$|ResourceControl$/,
  },
  {
    class: 'bad-request',
    codes: /^Missing(Param|Parameter)?\w*(\.|$)|^DryRunOperation$|^DRYRUN\.SUCCESS$|^InvalidClientToken\b/,
  },
];
