// A module's load balancer: its address, its bill, its listeners. All servers of the module are its backends.
import { z } from 'zod';
import { description, displayName } from './fields.ts';
import { listener } from './listener.ts';
import { REFUSED_PORTS, PORT_RANGES } from './ports.ts';
import { int32, listMap, rules, text } from './schema.ts';

const billing = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('PayByTraffic') }),
    z.object({
      type: z.literal('PayByBandwidth'),
      bandwidthMbps: int32(1, 1000).describe('Fixed bandwidth of the load balancer in Mbps.'),
    }),
  ])
  .describe('How public traffic is billed; private traffic is free.');

const inRanges = PORT_RANGES.map(([from, to]) => (from === to ? `p == ${from}` : `(p >= ${from} && p <= ${to})`)).join(
  ' || ',
);
// What is no port at all is refused as such, once.
const openPort = `p < 1 || p > 65535 || ((${inRanges}) && !(p in [${REFUSED_PORTS.join(', ')}]))`;
const rangesText = PORT_RANGES.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');

const advice = `is refused on an internet-facing load balancer: use one of ${rangesText} that the cloud does not exclude, such as 80, 443, 8080 or 8443, or set address: Intranet`;

// The API server bounds a message's cost in advance, and string(int) has no bound it knows: digits have.
const digit = (number: string, unit: number): string =>
  `(${number} >= ${unit} ? ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'][${number} / ${unit} % 10] : '')`;
const celDigits = (number: string): string => [10000, 1000, 100, 10, 1].map((unit) => digit(number, unit)).join(' + ');

/** SLB-2, SLB-10: what may stand in front of a module. */
export const loadBalancer = rules(
  z.object({
    address: z
      .enum(['Internet', 'Intranet'])
      .describe('Internet: a public address. Intranet: an address of the zone’s subnet.'),
    billing: billing.default({ type: 'PayByTraffic' }),
    spec: text(32, { pattern: /^slb\.[a-z0-9]+\.[a-z0-9]+$/ })
      .default('slb.s1.small')
      .describe('Size of the load balancer.'),
    listeners: listMap(listener, ['protocol', 'port'], 50).min(1).describe('Listeners, by protocol and port.'),
    displayName: displayName.exactOptional(),
    description: description.exactOptional(),
  }),
  {
    rule: `self.address != 'Internet' || self.listeners.all(l, [l.port].all(p, ${openPort}))`,
    message: `listeners: a port ${advice}`,
    messageExpression: `'listeners: port ' + self.listeners.filter(l, ![l.port].all(p, ${openPort})).map(l, ${celDigits('l.port')})[0] + ' ${advice}'`,
    fieldPath: '.listeners',
  },
  {
    rule: "self.listeners.all(l, l.protocol == 'UDP' || self.listeners.exists_one(o, o.port == l.port && o.protocol != 'UDP'))",
    message:
      'listeners: HTTP and TCP cannot share a port, HTTP is carried by TCP: give one of them another port, or remove it',
    fieldPath: '.listeners',
  },
  {
    rule: "self.address == 'Internet' || self.billing.type == 'PayByTraffic'",
    message: 'billing: an Intranet load balancer has no public bandwidth to pay for: leave billing out',
    fieldPath: '.billing',
  },
  {
    rule: "self.address == 'Internet' || self.listeners.all(l, l.bandwidthMbps <= 1000)",
    message:
      'listeners: a listener of an Intranet load balancer carries at most 1000 Mbps: lower bandwidthMbps, or leave it out',
    fieldPath: '.listeners',
  },
  {
    rule: "self.billing.type != 'PayByBandwidth' || !has(self.billing.bandwidthMbps) || self.listeners.map(l, l.bandwidthMbps > 0 ? l.bandwidthMbps : 0).sum() <= self.billing.bandwidthMbps",
    message:
      'listeners: the bandwidthMbps of the listeners together exceed billing.bandwidthMbps: raise that, or leave bandwidthMbps out of the listeners',
    fieldPath: '.listeners',
  },
);
