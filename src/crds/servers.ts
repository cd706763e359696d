// What a fleet of servers (a business module or a bastion pool) is made of.
import { z } from 'zod';
import { displayName, description, keyReference, tags } from './fields.ts';
import { type CelRule, int32, text } from './schema.ts';

/** Image to start from, and how people log into what it starts. */
export const image = z
  .object({
    id: text(128, { pattern: /^[A-Za-z0-9][-._A-Za-z0-9]*$/ }).describe('Image id in the region.'),
    login: z
      .enum(['Declared', 'InImage'])
      .default('Declared')
      .describe('Declared: people log in with keyPairName. InImage: the image brings its own way in.'),
  })
  .describe('Image that the servers start from.');

/** System disk of a server. */
export const systemDisk = z
  .object({
    category: z.enum(['ESSD', 'SSD', 'Efficiency']).default('ESSD').describe('Disk category.'),
    sizeGiB: int32(20, 2048).default(40).describe('Size in GiB.'),
  })
  .describe('System disk of each server.');

/** First-boot script of a server, read when a server is created. */
export const userDataFrom = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('ConfigMap'), configMapKeyRef: keyReference('ConfigMap') }),
    z.object({ type: z.literal('Secret'), secretKeyRef: keyReference('Secret') }),
  ])
  .describe('Where the first-boot script comes from. A later change reaches only servers created afterwards.');

/** The fields that modules and bastion pools have in common. */
export const serverFields = {
  instanceType: text(64, { pattern: /^ecs\.[-.a-z0-9]+$/ }).describe('Instance type, the same in both zones.'),
  image,
  keyPairName: text(128, { min: 2, pattern: /^[A-Za-z一-龥][-_:.A-Za-z0-9一-龥]*$/ })
    .exactOptional()
    .describe('SSH key pair in the region that people log in with. Required unless image.login is InImage.'),
  systemDisk: systemDisk.prefault({}),
  ramRoleName: text(64, { pattern: /^[-.A-Za-z0-9]+$/ })
    .exactOptional()
    .describe('RAM role that the servers assume.'),
  tags: tags.exactOptional(),
  displayName: displayName.exactOptional(),
  description: description.exactOptional(),
};

/** ECS-11: a server that nobody can log into is refused. */
export const loginRule: CelRule = {
  rule: "has(self.keyPairName) || self.image.login == 'InImage'",
  message:
    'keyPairName is required, or nobody can log into the servers: name a key pair, or set image.login: InImage when the image brings its own login',
};

/** Servers of a business module. */
export const moduleServerFields = {
  replicas: int32(1, 1000).describe('Servers over both zones together; the zones differ by at most one.'),
  ...serverFields,
  userDataFrom: userDataFrom.exactOptional(),
  internetBandwidthMbps: int32(0, 100)
    .default(0)
    .describe('Outbound public bandwidth of each server in Mbps; 0 means no public address.'),
};
