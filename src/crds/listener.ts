// A load balancer's listener: what it accepts, how it spreads, sticks and checks.
import { z } from 'zod';
import { port } from './fields.ts';
import { formed, int32, listSet, rules, text } from './schema.ts';

const checkFields = {
  port: port.exactOptional().describe('Port that is checked. The backend port when absent.'),
  intervalSeconds: int32(1, 50).default(2).describe('Seconds between checks.'),
  timeoutSeconds: int32(1, 300).default(5).describe('Seconds a check may take.'),
  healthyThreshold: int32(1, 10).default(3).describe('Checks in a row that bring a backend back.'),
  unhealthyThreshold: int32(1, 10).default(3).describe('Failures in a row that cut a backend off.'),
};

const httpCheck = z.object({
  type: z.literal('HTTP'),
  path: formed(80, {
    pattern: /^\/[-A-Za-z0-9./%?#&=]*$/,
    message:
      'healthCheck.path must start with / and hold only letters, digits and -./%?#&= behind it: such as /app/health',
  }).describe(
    'Path that the application really serves, starting with /. A module deployed under /app/ answers 404 on /.',
  ),
  domain: text(80, { pattern: /^[-A-Za-z0-9.]+$/ })
    .exactOptional()
    .describe('Host header of the check. The backend’s intranet address when absent.'),
  httpCodes: listSet(z.enum(['HTTP2xx', 'HTTP3xx', 'HTTP4xx', 'HTTP5xx']), 4)
    .min(1)
    .exactOptional()
    .describe('Answers that count as healthy. HTTP2xx when absent.'),
  ...checkFields,
});

/** SLB-7: how a backend's health is checked. */
export const healthCheck = z
  .discriminatedUnion('type', [
    httpCheck,
    z.object({ type: z.literal('TCP'), ...checkFields }),
    z.object({ type: z.literal('UDP'), ...checkFields }),
  ])
  .describe('Health check. When absent: HTTP on / for HTTP, TCP for TCP, UDP for UDP.');

/** SLB-8: how a client stays with its server. */
export const stickySession = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('None') }),
    z.object({
      type: z.literal('InsertCookie'),
      cookieTimeoutSeconds: int32(1, 86400).describe('Life of the cookie in seconds.'),
    }),
    z.object({
      type: z.literal('SourceAddress'),
      persistenceTimeoutSeconds: int32(1, 3600).describe('Seconds that a client address stays with its server.'),
    }),
  ])
  .describe(
    'Stickiness. When absent it is on where the protocol has it: InsertCookie for HTTP, SourceAddress for TCP, 3600 seconds each. None suits only a fully stateless backend.',
  );

const listenerFields = z.object({
  protocol: z
    .enum(['HTTP', 'TCP', 'UDP'])
    .describe('Protocol. HTTPS is passed through as TCP on 443 with the certificate on the servers.'),
  port: port.describe('Port that the load balancer listens on.'),
  backendPort: port.describe('Port that the servers listen on.'),
  scheduler: z
    .enum(['RoundRobin', 'WeightedRoundRobin', 'LeastConnections'])
    .default('RoundRobin')
    .describe('How requests are spread.'),
  bandwidthMbps: rules(int32(-1, 5120), {
    rule: 'self != 0',
    message: 'bandwidthMbps must be -1 (no limit of its own) or 1 to 5120: leave it out for no limit',
  })
    .default(-1)
    .describe('Peak bandwidth in Mbps; -1 means no limit of its own.'),
  stickySession: stickySession.exactOptional(),
  healthCheck: healthCheck.exactOptional(),
});

/** A listener; its identity is protocol and port. */
export const listener = rules(
  listenerFields,
  {
    rule: "self.protocol != 'TCP' || !(self.port in [20, 21, 22] || self.backendPort in [20, 21, 22])",
    message:
      'a load balancer carries no FTP and no SFTP (ports 20, 21, 22): reach the servers through a bastion, and use another port for the application',
  },
  {
    rule: "!has(self.stickySession) || self.stickySession.type == 'None' || (self.protocol == 'HTTP' ? self.stickySession.type == 'InsertCookie' : self.protocol == 'TCP' && self.stickySession.type == 'SourceAddress')",
    message:
      'stickySession.type must fit the protocol: InsertCookie for HTTP, SourceAddress for TCP, None or nothing for UDP',
    fieldPath: '.stickySession',
  },
  {
    rule: "!has(self.healthCheck) || (self.protocol == 'HTTP' ? self.healthCheck.type == 'HTTP' : self.protocol == 'UDP' ? self.healthCheck.type == 'UDP' : self.healthCheck.type in ['TCP', 'HTTP'])",
    message: 'healthCheck.type must fit the protocol: HTTP for HTTP, TCP or HTTP for TCP, UDP for UDP',
    fieldPath: '.healthCheck',
  },
);
