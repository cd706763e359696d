import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { diffFields } from '../../plan/fields.ts';
import {
  adjustListener,
  adjustLoadBalancer,
  listenerFields,
  type ListenerSpec,
  type LoadBalancerSpec,
} from './model.ts';

const listener: ListenerSpec = {
  backendPort: 8080,
  bandwidthMbps: -1,
  scheduler: 'rr',
  stickySession: 'insert',
  stickySeconds: 1800,
  healthCheck: 'on',
  healthType: 'http',
  healthPath: '/app/health',
  healthDomain: '',
  healthPort: 8080,
  healthIntervalSeconds: 2,
  healthTimeoutSeconds: 5,
  healthyThreshold: 3,
  unhealthyThreshold: 3,
  healthCodes: ['http_2xx'],
  forwardedFor: true,
};

const whole = fc.integer({ min: -5, max: 65_535 });
const specs: fc.Arbitrary<ListenerSpec> = fc.record({
  backendPort: whole,
  bandwidthMbps: whole,
  scheduler: fc.constantFrom('rr', 'wrr', 'wlc'),
  stickySession: fc.constantFrom('off', 'insert', 'source'),
  stickySeconds: whole,
  healthCheck: fc.constantFrom('on', 'off'),
  healthType: fc.constantFrom('http', 'tcp', 'udp'),
  healthPath: fc.string(),
  healthDomain: fc.oneof(fc.string(), fc.constant('$_ip')),
  healthPort: whole,
  healthIntervalSeconds: whole,
  healthTimeoutSeconds: whole,
  healthyThreshold: whole,
  unhealthyThreshold: whole,
  healthCodes: fc.array(fc.constantFrom('http_2xx', 'HTTP_3xx', 'http_4xx')),
  forwardedFor: fc.boolean(),
});
const protocols = fc.constantFrom('http', 'https', 'tcp', 'udp');

describe('adjustListener', () => {
  const cases: readonly {
    readonly why: string;
    readonly protocol: 'http' | 'tcp' | 'udp';
    readonly wished: Partial<ListenerSpec>;
    readonly want: Partial<ListenerSpec>;
  }[] = [
    {
      why: 'the check goes to the backend’s port by default',
      protocol: 'http',
      wished: { healthPort: -520 },
      want: { healthPort: 8080 },
    },
    {
      why: 'the backend’s own address is no domain',
      protocol: 'http',
      wished: { healthDomain: '$_ip' },
      want: { healthDomain: '' },
    },
    { why: 'a path begins with a slash', protocol: 'http', wished: { healthPath: 'x' }, want: { healthPath: '/x' } },
    {
      why: 'codes are a set',
      protocol: 'http',
      wished: { healthCodes: ['http_3xx', 'HTTP_2xx', 'http_3xx'] },
      want: { healthCodes: ['http_2xx', 'http_3xx'] },
    },
    {
      why: 'without stickiness there is no lifetime',
      protocol: 'http',
      wished: { stickySession: 'off' },
      want: { stickySession: 'off', stickySeconds: 0 },
    },
    {
      why: 'TCP sticks by source address',
      protocol: 'tcp',
      wished: {},
      want: { stickySession: 'source', stickySeconds: 1800 },
    },
    { why: 'UDP does not stick', protocol: 'udp', wished: {}, want: { stickySession: 'off', stickySeconds: 0 } },
    {
      why: 'a TCP listener may be checked by HTTP',
      protocol: 'tcp',
      wished: {},
      want: { healthType: 'http', healthPath: '/app/health' },
    },
    {
      why: 'a TCP check has neither path nor codes',
      protocol: 'tcp',
      wished: { healthType: 'tcp' },
      want: { healthPath: '', healthCodes: [] },
    },
    { why: 'layer 4 keeps the client’s address by itself', protocol: 'tcp', wished: {}, want: { forwardedFor: false } },
    { why: 'no limit has one spelling', protocol: 'http', wished: { bandwidthMbps: 0 }, want: { bandwidthMbps: -1 } },
    {
      why: 'a check that is off has no settings',
      protocol: 'http',
      wished: { healthCheck: 'off' },
      want: { healthPath: '', healthIntervalSeconds: 0, healthPort: 0 },
    },
  ];
  for (const { why, protocol, wished, want } of cases) {
    it(why, () => {
      const adjusted = adjustListener(protocol, { ...listener, ...wished });
      assert.deepEqual({ ...adjusted, ...want }, adjusted);
    });
  }

  it('changes nothing the second time, so that no difference is eternal', () => {
    fc.assert(
      fc.property(protocols, specs, (protocol, spec) => {
        const once = adjustListener(protocol, spec);
        assert.deepEqual(adjustListener(protocol, once), once);
        assert.deepEqual(diffFields(listenerFields, once, adjustListener(protocol, spec)), []);
      }),
    );
  });
});

describe('adjustLoadBalancer', () => {
  const specs: fc.Arbitrary<LoadBalancerSpec> = fc.record({
    displayName: fc.string(),
    addressType: fc.constantFrom('internet', 'intranet'),
    masterZone: fc.string(),
    slaveZone: fc.string(),
    vpcId: fc.string(),
    vSwitchId: fc.string(),
    instanceSpec: fc.string(),
    chargeType: fc.constantFrom('paybytraffic', 'paybybandwidth'),
    bandwidthMbps: whole,
  });

  it('knows no charge on private traffic, and no place of a public address', () => {
    const spec = {
      displayName: 'lb',
      masterZone: 'a',
      slaveZone: 'b',
      vpcId: 'vpc-1',
      vSwitchId: 'vsw-1',
      instanceSpec: 's',
      bandwidthMbps: 5,
    } as const;
    const inside = adjustLoadBalancer({ ...spec, addressType: 'intranet', chargeType: 'paybybandwidth' });
    assert.deepEqual([inside.chargeType, inside.bandwidthMbps, inside.vSwitchId], ['paybytraffic', -1, 'vsw-1']);
    const outside = adjustLoadBalancer({ ...spec, addressType: 'internet', chargeType: 'paybybandwidth' });
    assert.deepEqual([outside.chargeType, outside.bandwidthMbps, outside.vSwitchId], ['paybybandwidth', 5, '']);
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(specs, (spec) =>
        assert.deepEqual(adjustLoadBalancer(adjustLoadBalancer(spec)), adjustLoadBalancer(spec)),
      ),
    );
  });
});
