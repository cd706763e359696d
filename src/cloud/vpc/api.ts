// The wire of VPC (2016-04-28): requests out of our types, records out of answers. Wire names end here.
import { z } from 'zod';
import type { Answer, Call } from '../call.ts';
import { canonicalCidr } from '../cidr.ts';
import type { Params } from '../lister.ts';
import type { Page } from '../pages.ts';
import type { Tags } from '../service.ts';
import { count, id, int, type Parsed, readBody, tagParams, tags, text, wrapped } from '../wire.ts';
import type { VpcRecord, VpcSpec, VSwitchRecord, VSwitchSpec } from './model.ts';

const call = (action: string, params: Params): Call => ({ service: 'vpc', action, params });

/** Members that are only sent when they say something: an empty name is refused. */
const filled = (params: { readonly [name: string]: string | undefined }): Params =>
  Object.fromEntries(Object.entries(params).flatMap(([name, value]) => (value ? [[name, value] as const] : [])));

/** CreateVpc; takes a client token. */
export function createVpc(region: string, spec: VpcSpec, tags: Tags): Call {
  const names = filled({ VpcName: spec.displayName, Description: spec.description });
  return call('CreateVpc', { RegionId: region, CidrBlock: spec.cidr, ...names, Tag: tagParams(tags) });
}

/** ModifyVpcAttribute; only what is named changes. */
export function modifyVpc(region: string, vpcId: string, set: Partial<Omit<VpcSpec, 'cidr'>>): Call {
  const names = filled({ VpcName: set.displayName, Description: set.description });
  return call('ModifyVpcAttribute', { RegionId: region, VpcId: vpcId, ...names });
}

/** DeleteVpc; refused while anything lives in the VPC. */
export function deleteVpc(region: string, vpcId: string): Call {
  return call('DeleteVpc', { RegionId: region, VpcId: vpcId });
}

/** What a new vSwitch is made from. */
export interface NewVSwitch {
  readonly vpcId: string;
  readonly spec: VSwitchSpec;
  readonly tags: Tags;
}

/** CreateVSwitch; takes a client token; one at a time in a VPC. */
export function createVSwitch(region: string, { vpcId, spec, tags }: NewVSwitch): Call {
  const names = filled({ VSwitchName: spec.displayName, Description: spec.description });
  const place = { RegionId: region, ZoneId: spec.zone, VpcId: vpcId, CidrBlock: spec.cidr };
  return call('CreateVSwitch', { ...place, ...names, Tag: tagParams(tags) });
}

/** ModifyVSwitchAttribute; only what is named changes. */
export function modifyVSwitch(
  region: string,
  vSwitchId: string,
  set: Partial<Omit<VSwitchSpec, 'cidr' | 'zone'>>,
): Call {
  const names = filled({ VSwitchName: set.displayName, Description: set.description });
  return call('ModifyVSwitchAttribute', { RegionId: region, VSwitchId: vSwitchId, ...names });
}

/** DeleteVSwitch; refused while addresses are taken from it. */
export function deleteVSwitch(region: string, vSwitchId: string): Call {
  return call('DeleteVSwitch', { RegionId: region, VSwitchId: vSwitchId });
}

/** TagResources of this product; sets values, leaves other tags alone. */
export function tagResource(
  region: string,
  resource: { readonly type: 'VPC' | 'VSwitch'; readonly id: string },
  tags: Tags,
): Call {
  const type = { VPC: 'VPC', VSwitch: 'VSWITCH' }[resource.type];
  return call('TagResources', {
    RegionId: region,
    ResourceType: type,
    ResourceId: [resource.id],
    Tag: tagParams(tags),
  });
}

const vpc = z
  .object({
    VpcId: id,
    Status: text,
    VpcName: text,
    Description: text,
    CidrBlock: text,
    Tags: tags,
  })
  .transform(
    (wire): VpcRecord => ({
      id: wire.VpcId,
      state: wire.Status,
      tags: wire.Tags,
      cidr: canonicalCidr(wire.CidrBlock),
      displayName: wire.VpcName,
      description: wire.Description,
    }),
  );

const vSwitch = z
  .object({
    VSwitchId: id,
    VpcId: text,
    Status: text,
    ZoneId: text,
    CidrBlock: text,
    VSwitchName: text,
    Description: text,
    AvailableIpAddressCount: int(),
    Tags: tags,
  })
  .transform(
    (wire): VSwitchRecord => ({
      id: wire.VSwitchId,
      state: wire.Status,
      tags: wire.Tags,
      vpcId: wire.VpcId,
      zone: wire.ZoneId,
      cidr: canonicalCidr(wire.CidrBlock),
      displayName: wire.VSwitchName,
      description: wire.Description,
      availableAddresses: wire.AvailableIpAddressCount,
    }),
  );

const vpcPage = z
  .object({ TotalCount: count, Vpcs: wrapped('Vpc', vpc) })
  .transform((wire): Page<VpcRecord> => ({ records: wire.Vpcs, total: wire.TotalCount }));
const vSwitchPage = z
  .object({ TotalCount: count, VSwitches: wrapped('VSwitch', vSwitch) })
  .transform((wire): Page<VSwitchRecord> => ({ records: wire.VSwitches, total: wire.TotalCount }));

/** A page of DescribeVpcs. */
export function readVpcs(of: Call, answer: Answer): Parsed<Page<VpcRecord>> {
  return readBody(vpcPage, of, answer);
}

/** A page of DescribeVSwitches. */
export function readVSwitches(of: Call, answer: Answer): Parsed<Page<VSwitchRecord>> {
  return readBody(vSwitchPage, of, answer);
}

/** The id a create made; [] when the answer names none. */
export function createdIds(action: string, answer: Answer): readonly string[] {
  const member = { CreateVpc: 'VpcId', CreateVSwitch: 'VSwitchId' }[action];
  const made = answer.kind === 'ok' && member !== undefined ? answer.body[member] : undefined;
  return typeof made === 'string' && made !== '' ? [made] : [];
}
