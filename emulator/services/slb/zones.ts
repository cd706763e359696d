// Which zones a load balancer can be in: pairs of a master and its possible standbys. Load balancing has a list of
// zones of its own; here the first four of a region, each the standby of its neighbour.
import { soldOut } from './places.ts';
import type { Answer, Call, Scope } from '../../service.ts';

/** Zones that can be a master. */
export function masterZones(scope: Pick<Scope, 'settings' | 'region'>): readonly string[] {
  return (scope.settings.regions[scope.region] ?? []).slice(0, 4);
}

/** The zones that can stand by for this master. */
export function slaveZones(scope: Pick<Scope, 'settings' | 'region'>, master: string): readonly string[] {
  const zones = masterZones(scope);
  const place = zones.indexOf(master);
  // f-g and k-z belong together, in either direction: the neighbour within a pair of two.
  const other = place < 0 ? undefined : zones[place % 2 === 0 ? place + 1 : place - 1];
  return other === undefined ? [] : [other];
}

const localName = (zone: string): string => `Zone ${zone.slice(-1).toUpperCase()}`;

/** DescribeZones. */
export function describeZones(call: Call): Answer {
  const Zone = masterZones(call).map((ZoneId) => ({
    ZoneId,
    LocalName: localName(ZoneId),
    SlaveZones: {
      SlaveZone: slaveZones(call, ZoneId).map((slave) => ({ ZoneId: slave, LocalName: localName(slave) })),
    },
  }));
  return { Zones: { Zone } };
}

/** DescribeAvailableResource: the pairs with the kinds of address they offer. */
export function describeAvailableResource(call: Call): Answer {
  const kinds = ['classic_internet', 'vpc'].map((AddressType) => ({ AddressType, AddressIPVersion: 'ipv4' }));
  const wanted = kinds.filter(
    (kind) =>
      kind.AddressType === (call.params.text('AddressType') ?? kind.AddressType) &&
      kind.AddressIPVersion === (call.params.text('AddressIPVersion') ?? kind.AddressIPVersion),
  );
  const open = masterZones(call).filter((zone) => !soldOut(call, zone));
  const AvailableResource = open.flatMap((MasterZoneId) =>
    slaveZones(call, MasterZoneId).map((SlaveZoneId) => ({
      MasterZoneId,
      SlaveZoneId,
      SupportResources: { SupportResource: wanted },
    })),
  );
  return { AvailableResources: { AvailableResource: wanted.length === 0 ? [] : AvailableResource } };
}

/** DescribeRegions. */
export function describeRegions(call: Call): Answer {
  const Region = Object.keys(call.settings.regions).map((RegionId) => ({
    RegionId,
    LocalName: RegionId,
    RegionEndpoint: RegionId === 'cn-beijing-finance-1' ? 'slb.cn-beijing-finance-1.aliyuncs.com' : 'slb.aliyuncs.com',
  }));
  return { Regions: { Region } };
}
