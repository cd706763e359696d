// Small parts of a request and an answer: where a mistake would be silent.
import assert from 'node:assert/strict';
import { accessKey, fingerprint, maskedId } from './credentials.ts';
import { endpointOf } from './endpoints.ts';
import { flatten } from './flatten.ts';
import { quotaHint } from './quota-hint.ts';

describe('parameters', () => {
  it('are flattened from one, and empty lists vanish', () => {
    const params = {
      RegionId: 'r',
      Tag: [{ Key: 'a', Value: '1' }],
      Ids: ['x', 'y'],
      SystemDisk: { Size: 40 },
      On: false,
      None: [],
    };
    assert.deepEqual(flatten(params), {
      RegionId: 'r',
      'Tag.1.Key': 'a',
      'Tag.1.Value': '1',
      'Ids.1': 'x',
      'Ids.2': 'y',
      'SystemDisk.Size': '40',
      On: 'false',
    });
  });
});

describe('endpoints', () => {
  for (const [service, region, overrides, expected, why] of [
    ['slb', 'cn-beijing-finance-1', {}, 'https slb.cn-beijing-finance-1.aliyuncs.com', 'a region with its own'],
    ['ecs', 'cn-shanghai-finance-1', {}, 'https ecs-cn-hangzhou.aliyuncs.com', 'served from elsewhere'],
    ['vpc', 'cn-shanghai-finance-1', {}, 'https vpc.aliyuncs.com', 'central'],
    ['sts', '', {}, 'https sts.aliyuncs.com', 'without a region'],
    [
      'ecs',
      'cn-beijing-finance-1',
      { ecs: 'http://127.0.0.1:8080' },
      'http 127.0.0.1:8080',
      'the account’s own, with its port',
    ],
    [
      'vpc',
      'cn-shanghai-finance-1',
      { ecs: 'http://127.0.0.1:8080' },
      'https vpc.aliyuncs.com',
      'an override of another service',
    ],
  ] as const) {
    it(`${service} in ${region === '' ? 'no region' : region} is at ${expected}: ${why}`, () => {
      const { protocol, host } = endpointOf(service, region, overrides);
      assert.equal(`${protocol} ${host}`, expected);
    });
  }
});

describe('credentials', () => {
  it('are not made of half a Secret, and lose the line end that editors add', () => {
    assert.equal(accessKey('id', ' \n'), undefined);
    assert.deepEqual(accessKey('LTAIabc\n', 'secret\n'), { type: 'AccessKey', id: 'LTAIabc', secret: 'secret' });
  });

  it('are told apart and logged without being shown', () => {
    const [one, other] = [accessKey('LTAIabcdef', 's1'), accessKey('LTAIabcdef', 's2')];
    assert.ok(one !== undefined && other !== undefined);
    assert.notEqual(fingerprint(one), fingerprint(other));
    assert.equal(maskedId(one), 'LTAI***');
  });
});

describe('quota headers', () => {
  for (const [headers, expected, why] of [
    [
      { 'x-ratelimit-user-api': 'Limit:100,Remain:57,TimeLeft:31000,Reset:31000' },
      { limit: 100, remain: 57, resetMs: 31_000 },
      'as documented',
    ],
    [{ 'x-ratelimit-user': 'Remain:0,TimeLeft:10' }, { remain: 0, resetMs: 10 }, 'the wider one, without a limit'],
    [{ 'x-ratelimit-user-api': 'Limit:a,Remain:b' }, undefined, 'unreadable: as if it were not there'],
    [{}, undefined, 'most services send none'],
  ] as const) {
    it(`${JSON.stringify(headers)}: ${why}`, () => assert.deepEqual(quotaHint(headers), expected));
  }
});
