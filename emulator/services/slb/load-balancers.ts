// Load balancers: bought in a zone pair, changed, protected, released with everything that is theirs.
import type { Answer, Call, Scope } from '../../service.ts';
import { acceptTags } from '../../tags.ts';
import { holdAddress, releaseAddress } from '../vpc/addresses.ts';
import type { VSwitch } from '../vpc/tables.ts';
import { findAddress, soldOut, vSwitchOf } from './places.ts';
import { TAG_CODES } from './tags.ts';
import { listeners, listenersOf, loadBalancerOf, loadBalancers, refuseBusy, serverGroups } from './world.ts';
import type { LoadBalancer } from './world.ts';
import { masterZones, slaveZones } from './zones.ts';

const STATE: Pick<LoadBalancer, 'status' | 'backends' | 'busy'> = { status: 'active', backends: [], busy: undefined };

const SPEC = /^slb\.[a-z]\d\.[a-z0-9]+$/;

/** CreateLoadBalancer. */
export function createLoadBalancer(call: Call): Answer {
  refuseWords(call);
  const vSwitch = networkOf(call);
  const zones = zonesOf(call, vSwitch);
  refuseMoney(call);
  if (call.table(loadBalancers).list().length >= call.quota('slb.loadbalancers', 60)) {
    call.refuse('OperationForbidden.QuotaLimit', { status: 400 });
  }
  const text = (name: string, standard: string): string => call.params.text(name) ?? standard;
  const addressType = vSwitch === undefined ? 'internet' : 'intranet';
  const id = call.newId('lb');
  const row: LoadBalancer = {
    id,
    ...STATE,
    name: text('LoadBalancerName', id),
    addressType,
    address: findAddress(call, vSwitch),
    vpcId: vSwitch?.vpcId ?? '',
    vSwitchId: vSwitch?.id ?? '',
    masterZone: zones.master,
    slaveZone: zones.slave,
    homeZone: zones.master,
    ...sizeOf(call),
    internetChargeType: text('InternetChargeType', 'paybytraffic').toLowerCase(),
    bandwidth: bandwidthOf(call),
    payType: text('PayType', 'PayOnDemand'),
    deleteProtection: text('DeleteProtection', 'off'),
    modificationProtection: {
      status: text('ModificationProtectionStatus', 'NonProtection'),
      reason: text('ModificationProtectionReason', ''),
    },
    resourceGroupId: text('ResourceGroupId', 'rg-default'),
    tags: acceptTags(call, TAG_CODES),
    createdAt: call.now(),
  };
  call.table(loadBalancers).put(id, row);
  if (vSwitch !== undefined) holdAddress(call, vSwitch.id, { ip: row.address, owner: id });
  return {
    LoadBalancerId: id,
    LoadBalancerName: row.name,
    Address: row.address,
    // The cloud says classic for internet load balancers to this day.
    NetworkType: addressType === 'internet' ? 'classic' : 'vpc',
    VpcId: row.vpcId,
    VSwitchId: row.vSwitchId,
    AddressIPVersion: 'ipv4',
    ResourceGroupId: row.resourceGroupId,
    OrderId: 0,
  };
}

/** What each parameter may say, and the code for anything else. */
const WORDS: readonly (readonly [name: string, words: RegExp, code: string])[] = [
  ['LoadBalancerName', /^.{1,80}$/s, 'InvalidParameter'],
  ['LoadBalancerSpec', SPEC, 'InvalidParameter'],
  ['InstanceChargeType', /^(PayBySpec|PayByCLCU)$/, 'IllegalParam.InstanceChargeType'],
  ['InternetChargeType', /^(paybytraffic|paybybandwidth)$/i, 'Instance.InternetChargeTypeNotAllowed'],
  ['PayType', /^(PayOnDemand|PrePay)$/, 'InvalidParameter'],
  ['DeleteProtection', /^(on|off)$/, 'InvalidParameter'],
  ['ModificationProtectionStatus', /^(NonProtection|ConsoleProtection)$/, 'InvalidParam.ModificationProtectionStatus'],
];

function refuseWords(call: Call): void {
  for (const [name, words, code] of WORDS) {
    const value = call.params.text(name);
    if (value !== undefined && !words.test(value))
      call.refuse(code, { status: 400, message: `The specified ${name} is invalid.` });
  }
}

function networkOf(call: Call): VSwitch | undefined {
  const vSwitchId = call.params.text('VSwitchId');
  const addressType = call.params.text('AddressType') ?? (vSwitchId === undefined ? 'internet' : 'intranet');
  if (!['internet', 'intranet'].includes(addressType)) {
    call.refuse('InvalidParameter', { status: 400, message: 'The specified AddressType is invalid.' });
  }
  if (addressType === 'internet') return undefined;
  // There is no classic network any more: an intranet address is an address of a vSwitch.
  if (vSwitchId === undefined) return call.refuse('MissingParam.VSwitchId', { status: 400 });
  const found = vSwitchOf(call, vSwitchId);
  const vpcId = call.params.text('VpcId');
  if (vpcId !== undefined && vpcId !== found.vpcId) call.refuse('InvalidVpcId.NotExist', { status: 400 });
  return found;
}

function zonesOf(call: Call, vSwitch: VSwitch | undefined): { readonly master: string; readonly slave: string } {
  const offered = masterZones(call);
  const open = offered.filter((zone) => !call.zone(zone).outage);
  // Without a wish the load balancer stands where its vSwitch is, as far as that zone sells any.
  const usual = open.find((zone) => zone === vSwitch?.zone) ?? open[0] ?? '';
  const master = call.params.text('MasterZoneId') ?? usual;
  const slaves = slaveZones(call, master);
  const slave = call.params.text('SlaveZoneId') ?? slaves[0] ?? '';
  const known = offered.includes(master) && (slave === '' || slaves.includes(slave));
  if (!known) call.refuse('PRODUCT.NOT_AVAILABLE_IZ', { status: 400 });
  if (soldOut(call, master)) call.refuse('OperationFailed.ZoneResourceLimit', { status: 400 });
  return { master, slave };
}

// Paying by specification without naming one used to mean a shared instance; those are sold no more.
function sizeOf(call: Call): Pick<LoadBalancer, 'spec' | 'instanceChargeType'> {
  const instanceChargeType = call.params.text('InstanceChargeType') ?? 'PayBySpec';
  const spec = call.params.text('LoadBalancerSpec') ?? '';
  if (instanceChargeType === 'PayBySpec' && spec === '') call.refuse('ShareSlbHaltSales', { status: 400 });
  return { spec: instanceChargeType === 'PayBySpec' ? spec : '', instanceChargeType };
}

// Arrears is an option of the whole emulator: an account without money buys nothing.
function refuseMoney(call: Call): void {
  if (call.settings.options['arrears'] === true) call.refuse('PAYFOR.CREDIT_PAY_INSUFFICIENT_BALANCE', { status: 400 });
}

function bandwidthOf(call: Call): number {
  const byBandwidth = call.params.text('InternetChargeType')?.toLowerCase() === 'paybybandwidth';
  const given = call.params.int('Bandwidth');
  if (byBandwidth && (given === undefined || given < 1))
    call.refuse('InvalidParameter.Bandwidth', { status: 400, message: 'The param Bandwidth is invalid.' });
  return byBandwidth ? (given ?? -1) : -1;
}

/** DeleteLoadBalancer: its listeners and groups go with it. */
export function deleteLoadBalancer(call: Call): Answer {
  const row = loadBalancerOf(call);
  if (row.deleteProtection === 'on') call.refuse('OperationDenied.DeleteProtectionIsOn', { status: 400 });
  refuseBusy(call, row, 'listener');
  refuseBusy(call, row, 'backend');
  for (const listener of listenersOf(call, row.id)) call.table(listeners).remove(listener.id);
  for (const group of call.table(serverGroups).by('loadbalancer', row.id)) call.table(serverGroups).remove(group.id);
  call.table(loadBalancers).remove(row.id);
  if (row.vSwitchId !== '') releaseAddress(call, row.vSwitchId, row.address);
  return {};
}

/** SetLoadBalancerName. */
export function setName(call: Call): Answer {
  const row = loadBalancerOf(call);
  refuseWords(call);
  call.table(loadBalancers).update(row.id, { name: call.params.required('LoadBalancerName') });
  return {};
}

/** SetLoadBalancerStatus: active or inactive. */
export function setStatus(call: Call): Answer {
  const row = loadBalancerOf(call);
  const status = call.params.required('LoadBalancerStatus');
  if (status !== 'active' && status !== 'inactive') {
    return call.refuse('InvalidParameter', { status: 400, message: 'The specified LoadBalancerStatus is invalid.' });
  }
  call.table(loadBalancers).update(row.id, { status });
  return {};
}

/** SetLoadBalancerDeleteProtection: on or off. */
export function setDeleteProtection(call: Call): Answer {
  const row = loadBalancerOf(call);
  const deleteProtection = call.params.required('DeleteProtection');
  if (!['on', 'off'].includes(deleteProtection)) {
    call.refuse('InvalidParameter', { status: 400, message: 'The specified DeleteProtection is invalid.' });
  }
  if (row.payType === 'PrePay') call.refuse('OperationUnsupported.DeleteProtectionForPrePayInstance', { status: 400 });
  call.table(loadBalancers).update(row.id, { deleteProtection });
  return {};
}

/** SetLoadBalancerModificationProtection. */
export function setModificationProtection(call: Call): Answer {
  const row = loadBalancerOf(call);
  const status = call.params.required('ModificationProtectionStatus');
  if (!['NonProtection', 'ConsoleProtection'].includes(status))
    call.refuse('InvalidParam.ModificationProtectionStatus', { status: 400 });
  const reason = status === 'NonProtection' ? '' : (call.params.text('ModificationProtectionReason') ?? '');
  call.table(loadBalancers).update(row.id, { modificationProtection: { status, reason } });
  return {};
}

/** ModifyLoadBalancerInternetSpec: how public traffic is paid, and how much there may be. */
export function modifyInternetSpec(call: Call): Answer {
  const row = loadBalancerOf(call);
  refuseBusy(call, row, 'listener');
  if (row.addressType !== 'internet') call.refuse('Instance.InternetChargeTypeNotAllowed', { status: 400 });
  const internetChargeType = call.params.text('InternetChargeType')?.toLowerCase() ?? row.internetChargeType;
  if (!['paybytraffic', 'paybybandwidth'].includes(internetChargeType))
    call.refuse('Instance.InternetChargeTypeNotAllowed', { status: 400 });
  const given = call.params.int('Bandwidth') ?? row.bandwidth;
  if (internetChargeType === 'paybybandwidth' && given < 1) {
    call.refuse('InvalidParameter.Bandwidth', { status: 400, message: 'The param Bandwidth is invalid.' });
  }
  const bandwidth = internetChargeType === 'paybybandwidth' ? given : -1;
  call.table(loadBalancers).update(row.id, { internetChargeType, bandwidth });
  return { OrderId: 0 };
}

/** ModifyLoadBalancerInstanceSpec: another size. */
export function modifyInstanceSpec(call: Call): Answer {
  const row = loadBalancerOf(call);
  refuseBusy(call, row, 'listener');
  if (row.instanceChargeType === 'PayByCLCU') call.refuse('OperationDenied.PayByCLCU', { status: 400 });
  const spec = call.params.required('LoadBalancerSpec');
  if (!SPEC.test(spec)) call.refuse('ModifySpecNotAllowed', { status: 400 });
  call.table(loadBalancers).update(row.id, { spec });
  return { OrderId: 0 };
}

/** A zone's outage or return moves the traffic of its load balancers, after the time the cloud takes to notice. */
export function followZone(scope: Scope, zone: string): void {
  for (const row of scope.table(loadBalancers).list()) {
    const failsOver = row.masterZone === zone && row.slaveZone !== '' && scope.zone(zone).outage;
    const comesBack = row.homeZone === zone && row.slaveZone === zone && !scope.zone(zone).outage;
    if (failsOver || comesBack) scope.later('slb.failover', { service: 'slb', kind: 'failover', id: row.id });
  }
}

/** The switch itself: to the standby when the master is out, home again when home is back. */
export function failOver(scope: Scope, id: string): void {
  const row = scope.table(loadBalancers).get(id);
  if (row === undefined || row.slaveZone === '') return;
  const out = scope.zone(row.masterZone).outage && !scope.zone(row.slaveZone).outage;
  const home = row.masterZone !== row.homeZone && !scope.zone(row.homeZone).outage;
  if (out || home)
    scope.table(loadBalancers).update(id, { masterZone: row.slaveZone, slaveZone: row.masterZone }, 'quiet');
}
