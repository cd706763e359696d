// A business module: a fleet of servers in one security zone, what starts at boot, and what stands in front.
import { z } from 'zod';
import { label, reference } from './fields.ts';
import { loadBalancer } from './load-balancer.ts';
import { formed, listSet, rules } from './schema.ts';
import { loginRule, moduleServerFields } from './servers.ts';

const service = formed(209, {
  pattern: /^[A-Za-z0-9][A-Za-z0-9:_.@-]{0,200}\.service$/,
  message: 'units must be named as systemd names services, with the ending: such as nginx.service',
});

const unit = rules(service, {
  rule: "!self.startsWith('systemd-') && !self.startsWith('rescue') && !self.startsWith('emergency') && !self.startsWith('debug-shell')",
  message: 'units must be the application’s own: systemd-*, rescue, emergency and debug-shell are refused',
});

const startup = z
  .object({
    units: listSet(unit, 16).min(1).describe('systemd units that must be enabled and active, such as nginx.service.'),
    probe: z
      .enum(['AfterBoot', 'Periodic', 'Never'])
      .default('AfterBoot')
      .describe('When the question is asked inside the guest: once after each boot, at intervals, or never.'),
    repair: z
      .enum(['EnableAndStart', 'Enable', 'Report'])
      .default('EnableAndStart')
      .describe('What is done about a unit that is not enabled or not active.'),
  })
  .describe('What must start at boot (ECS-4).');

const servers = rules(z.object(moduleServerFields), loginRule).describe('The servers, spread over both zones.');

/** One business module. */
export const businessModule = rules(
  z.object({
    name: label(32).describe('Name of the module.'),
    securityZoneRef: reference('SecurityZone of the same namespace that the servers live in'),
    servers,
    startup: startup.exactOptional(),
    loadBalancer: loadBalancer.exactOptional().describe('What stands in front of the servers.'),
  }),
  {
    rule: '!has(self.loadBalancer) || self.servers.replicas <= 200',
    message: 'servers.replicas: a load balancer takes at most 200 servers: split the module in two',
    fieldPath: '.servers.replicas',
  },
);
