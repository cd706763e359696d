// Load balancers as the Describe calls show them: the list with its filters and pages, and one in full.
import { isoSeconds } from '../../clock.ts';
import type { Answer, Call } from '../../service.ts';
import { tagParams, tagsMatch } from '../../tags.ts';
import type { TagParam } from '../../tags.ts';
import { serverOf } from './places.ts';
import { listenersOf, loadBalancers, loadBalancerSeen, serverGroups, tagList } from './world.ts';
import type { LoadBalancer } from './world.ts';

/** DescribeLoadBalancers: unknown ids give an empty list. */
export function describeLoadBalancers(call: Call): Answer {
  const rows = candidates(call).filter((row) => wanted(call, row));
  const PageSize = call.params.int('PageSize') ?? 10;
  const PageNumber = call.params.int('PageNumber') ?? 1;
  const page = rows.slice((PageNumber - 1) * PageSize, PageNumber * PageSize);
  for (const row of page) call.observed('slb', row.id);
  return {
    PageNumber,
    PageSize,
    TotalCount: rows.length,
    LoadBalancers: {
      LoadBalancer: page.map((row) => listed(call, row)),
    },
  };
}

// In the list the way of paying is a number, and the word stands beside it; the attribute call says the word itself.
function listed(call: Call, row: LoadBalancer): Answer {
  const InternetChargeType = row.internetChargeType === 'paybybandwidth' ? '3' : '4';
  return { ...shown(call, row), InternetChargeType, InternetChargeTypeAlias: row.internetChargeType };
}

function candidates(call: Call): readonly LoadBalancer[] {
  const ids = call.params
    .text('LoadBalancerId')
    ?.split(',')
    .map((id) => id.trim());
  if (ids === undefined) return call.table(loadBalancers).listSeen();
  if (ids.length > 10)
    call.refuse('InvalidParameter', { status: 400, message: 'The specified LoadBalancerId holds more than 10 ids.' });
  return ids.map((id) => call.table(loadBalancers).seen(id)).filter((row) => row !== undefined);
}

function wanted(call: Call, row: LoadBalancer): boolean {
  const exact: Readonly<Record<string, string>> = {
    LoadBalancerStatus: row.status,
    AddressType: row.addressType,
    InternetChargeType: row.internetChargeType,
    VpcId: row.vpcId,
    VSwitchId: row.vSwitchId,
    Address: row.address,
    MasterZoneId: row.masterZone,
    SlaveZoneId: row.slaveZone,
    PayType: row.payType,
    ResourceGroupId: row.resourceGroupId,
    NetworkType: networkType(row),
    AddressIPVersion: 'ipv4',
  };
  const fits = Object.entries(exact).every(([name, value]) => (call.params.text(name) ?? value) === value);
  const names = call.params.text('LoadBalancerName')?.split(',') ?? [row.name];
  return fits && names.includes(row.name) && hasTags(call, row) && holds(call, row);
}

function hasTags(call: Call, row: LoadBalancer): boolean {
  return tagsMatch(row.tags, [...tagParams(call.params), ...oldTags(call)]);
}

// The older form, `Tags=[{"TagKey":"a","TagValue":"b"}]`, is still sent by some clients.
function oldTags(call: Call): readonly TagParam[] {
  const text = call.params.text('Tags');
  if (text === undefined) return [];
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list))
      return call.refuse('InvalidTag', { status: 400, message: 'The specified tags is invalid.' });
    return list.map((tag: Record<string, string>) => ({ key: String(tag['TagKey']), value: tag['TagValue'] }));
  } catch {
    return call.refuse('InvalidTag', { status: 400, message: 'The specified tags is invalid.' });
  }
}

function holds(call: Call, row: LoadBalancer): boolean {
  const address = call.params.text('ServerIntranetAddress');
  const serverId = call.params.text('ServerId');
  if (address === undefined && serverId === undefined) return true;
  const groups = call.table(serverGroups).by('loadbalancer', row.id);
  const ids = [row, ...groups].flatMap(({ backends }) => backends.map((backend) => backend.serverId));
  return ids.some(
    (id) => (serverId ?? id) === id && (address === undefined || serverOf(call, id)?.privateIp === address),
  );
}

const networkType = (row: LoadBalancer): string => (row.addressType === 'internet' ? 'classic' : 'vpc');

function shown(call: Call, row: LoadBalancer): Answer {
  return {
    LoadBalancerId: row.id,
    LoadBalancerName: row.name,
    LoadBalancerStatus: row.status,
    LoadBalancerSpec: row.spec,
    Address: row.address,
    AddressType: row.addressType,
    AddressIPVersion: 'ipv4',
    NetworkType: networkType(row),
    VpcId: row.vpcId,
    VSwitchId: row.vSwitchId,
    RegionId: call.region,
    RegionIdAlias: call.region,
    MasterZoneId: row.masterZone,
    SlaveZoneId: row.slaveZone,
    InternetChargeType: row.internetChargeType,
    InstanceChargeType: row.instanceChargeType,
    Bandwidth: row.bandwidth,
    PayType: row.payType,
    DeleteProtection: row.deleteProtection,
    ModificationProtectionStatus: row.modificationProtection.status,
    ModificationProtectionReason: row.modificationProtection.reason,
    ResourceGroupId: row.resourceGroupId,
    CreateTime: isoSeconds(row.createdAt),
    CreateTimeStamp: row.createdAt,
    Tags: { Tag: tagList(row.tags) },
  };
}

/** DescribeLoadBalancerAttribute: with listeners, also under the misspelt name, and the default group. */
export function describeLoadBalancer(call: Call): Answer {
  const row = loadBalancerSeen(call);
  const mine = listenersOf(call, row.id, 'seen');
  return {
    ...shown(call, row),
    EndTime: '2999-09-08T16:00:00Z',
    EndTimeStamp: 32_493_801_600_000,
    ListenerPorts: { ListenerPort: mine.map(({ port }) => port) },
    ListenerPortsAndProtocal: {
      ListenerPortAndProtocal: mine.map(({ port, protocol }) => ({ ListenerPort: port, ListenerProtocal: protocol })),
    },
    ListenerPortsAndProtocol: {
      ListenerPortAndProtocol: mine.map(({ port, protocol, settings }) => ({
        ListenerPort: port,
        ListenerProtocol: protocol,
        Description: settings['Description'] ?? '',
        ...(protocol === 'http' ? { ListenerForward: settings['ListenerForward'] ?? 'off' } : {}),
        ...(settings['ForwardPort'] === undefined ? {} : { ForwardPort: settings['ForwardPort'] }),
      })),
    },
    BackendServers: {
      BackendServer: row.backends.map((backend) => ({
        ServerId: backend.serverId,
        ServerIp: serverOf(call, backend.serverId)?.privateIp ?? '',
        Weight: backend.weight,
        Type: backend.type,
        Description: backend.description,
      })),
    },
  };
}
