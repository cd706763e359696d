import assert from 'node:assert/strict';
import { signedHeaders } from './signed-client.ts';

describe('signedHeaders', () => {
  it('gives the signature of the published example', () => {
    const headers = signedHeaders(
      { id: 'YourAccessKeyId', secret: 'YourAccessKeySecret' },
      {
        action: 'RunInstances',
        version: '2014-05-26',
        params: { RegionId: 'cn-shanghai', ImageId: 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd' },
      },
      {
        host: 'ecs.cn-shanghai.aliyuncs.com',
        date: '2023-10-26T10:22:32Z',
        nonce: '3156853299f313e23d1673dc12e1703d',
      },
    );
    assert.match(
      headers['authorization'] ?? '',
      /Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0$/,
    );
  });
});
