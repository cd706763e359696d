// The rules of every request, asked over the wire: envelope, validation, throttling, tokens, faults, visibility, determinism.

import assert from 'node:assert/strict';
import { DEFAULT_SETTINGS } from './settings.ts';
import { type Bench, layGround, REGION, runOn, startBench } from './test-client.ts';

const withBench =
  (settings: Parameters<typeof startBench>[0], run: (bench: Bench) => Promise<void>) => async (): Promise<void> => {
    const bench = await startBench(settings);
    try {
      await run(bench);
      assert.deepEqual(bench.complaints, []);
    } finally {
      await bench.stop();
    }
  };

const vpcCount = async (bench: Bench): Promise<number> =>
  (await bench.must('vpc', 'DescribeVpcs', { RegionId: REGION })).TotalCount;
const orderFault = (bench: Bench, fault: object): ReturnType<Bench['control']> =>
  bench.control('POST', 'faults', { match: { service: 'vpc', action: 'CreateVpc' }, ...fault });

const vpcStatus = async (bench: Bench): Promise<string> =>
  (await bench.must('vpc', 'DescribeVpcs', { RegionId: REGION })).Vpcs.Vpc[0].Status;

const ledgerOfStory = async (seed: number): Promise<unknown> => {
  const bench = await startBench({ seed });
  try {
    const ground = await layGround(bench);
    await bench.must('ecs', 'RunInstances', runOn(ground, { Amount: 3, ClientToken: 'x' }));
    await bench.advance(7);
    await bench.ask('ecs', 'DescribeInstances', { RegionId: REGION });
    await bench.control('POST', `zones/${REGION}f/outage`);
    await bench.advance(60);
    await bench.control('POST', `zones/${REGION}f/restore`);
    await bench.advance(60);
    return (await bench.control('GET', 'ledger')).json;
  } finally {
    await bench.stop();
  }
};

describe('validation and routing', () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench();
  });
  after(() => bench.stop());

  const cases = [
    {
      why: 'nobody knows this action',
      asked: ['ecs', 'DescribeUnicorns', {}],
      status: 404,
      code: 'InvalidApi.NotFound',
    },
    {
      why: 'the action belongs to another version',
      asked: ['vpc', 'DescribeInstances', { RegionId: REGION }],
      status: 404,
      code: 'InvalidApi.NotFound',
    },
    {
      why: 'nobody serves this version',
      asked: ['2011-11-11', 'DescribeInstances', { RegionId: REGION }],
      status: 404,
      code: 'InvalidApi.NotFound',
    },
    {
      why: 'a real action that is not implemented is said to be so',
      asked: ['ecs', 'CreateDisk', { RegionId: REGION }],
      status: 501,
      code: 'EmulatorNotImplemented',
    },
    {
      why: 'a drift kind is no action',
      asked: ['ecs', 'serverInOtherZone', {}],
      status: 404,
      code: 'InvalidApi.NotFound',
    },
    {
      why: 'a required parameter is missing',
      asked: ['ecs', 'DescribeInstances', {}],
      status: 400,
      code: 'MissingRegionId',
    },
    {
      why: 'an empty text is no value',
      asked: ['ecs', 'DescribeInstances', { RegionId: '' }],
      status: 400,
      code: 'MissingRegionId',
    },
    {
      why: 'a page over the maximum is not clamped',
      asked: ['ecs', 'DescribeInstances', { RegionId: REGION, PageSize: 101 }],
      status: 400,
      code: 'InvalidParameter',
    },
    {
      why: 'the VPC lists have their own maximum',
      asked: ['vpc', 'DescribeVSwitches', { RegionId: REGION, PageSize: 51 }],
      status: 400,
      code: 'InvalidParameter',
    },
    {
      why: 'status pages end at 50',
      asked: ['ecs', 'DescribeInstanceStatus', { RegionId: REGION, PageSize: 51 }],
      status: 400,
      code: 'InvalidParameter',
    },
    {
      why: 'pages begin at 1',
      asked: ['ecs', 'DescribeInstances', { RegionId: REGION, PageNumber: 0 }],
      status: 400,
      code: 'InvalidParameter',
    },
    {
      why: 'a number is wanted',
      asked: ['ecs', 'DescribeInstances', { RegionId: REGION, PageSize: 'ten' }],
      status: 400,
      code: 'InvalidParameter',
    },
    {
      why: 'true or false is wanted',
      asked: ['ecs', 'DeleteInstance', { InstanceId: 'i-1', Force: 'yes' }],
      status: 400,
      code: 'InvalidParameter',
    },
    {
      why: 'a list is longer than its maximum',
      asked: [
        'ecs',
        'DescribeInstances',
        {
          RegionId: REGION,
          ...Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`Tag.${i + 1}.Key`, `k${i}`])),
        },
      ],
      status: 400,
      code: 'InvalidParameter',
    },
    {
      why: 'an unknown region',
      asked: ['ecs', 'DescribeInstances', { RegionId: 'cn-atlantis' }],
      status: 404,
      code: 'InvalidRegionId.NotFound',
    },
    {
      why: 'a token of somebody else',
      asked: ['ecs', 'DescribeInstances', { RegionId: REGION, NextToken: 'gibberish', MaxResults: 10 }],
      status: 400,
      code: 'InvalidParameter',
    },
    {
      why: 'a client token of more than 64 characters',
      asked: ['vpc', 'CreateVpc', { RegionId: REGION, ClientToken: 'x'.repeat(65) }],
      status: 400,
      code: 'InvalidClientToken.ValueNotSupported',
    },
  ] as const;
  for (const { why, asked, status, code } of cases) {
    it(`${code}: ${why}`, async () => {
      const got = await bench.ask(asked[0], asked[1], asked[2]);
      assert.deepEqual([got.status, got.json.Code], [status, code]);
      assert.deepEqual(Object.keys(got.json), ['RequestId', 'HostId', 'Code', 'Message', 'Recommend']);
    });
  }

  it('answers XML to a V1 caller that names no format, and JSON to one that does', async () => {
    const xml = await bench.ask('ecs', 'DescribeRegions', {}, { style: 'V1', format: 'none' });
    assert.match(String(xml.headers['content-type']), /^text\/xml/);
    assert.match(
      xml.text,
      /<DescribeRegionsResponse><RequestId>[^<]+<\/RequestId><Regions><Region><RegionId>cn-shanghai-finance-1</,
    );
    const error = await bench.ask('ecs', 'DescribeInstances', {}, { style: 'V1', format: 'XML' });
    assert.match(error.text, /<Error><RequestId>.*<Code>MissingRegionId<\/Code>/);
    assert.equal((await bench.ask('ecs', 'DescribeRegions', {}, { style: 'V1' })).json.Regions.Region.length, 4);
  });

  it('finds the region of an id when the request names none', async () => {
    const { VpcId } = await bench.must('vpc', 'CreateVpc', { RegionId: 'cn-shenzhen-finance-1' });
    const got = await bench.must('vpc', 'DescribeVpcs', { RegionId: 'cn-shenzhen-finance-1' });
    assert.equal(got.Vpcs.Vpc[0].VpcId, VpcId);
    assert.equal(
      (await bench.ask('vpc', 'ModifyVpcAttribute', { VpcId, VpcName: 'named' })).json.Code,
      'IncorrectVpcStatus',
    );
  });
});

describe('rights', () => {
  it(
    'refuses what a key is denied, and keeps accounts apart',
    withBench(
      {
        accounts: [
          {
            id: '1',
            accessKeys: [{ id: 'reader', secret: 's', status: 'Active', deny: ['ecs:RunInstances', 'vpc:*'] }],
          },
          { id: '2', accessKeys: [{ id: 'other', secret: 's', status: 'Active', deny: [] }] },
        ],
      },
      async (bench) => {
        const reader = { key: { id: 'reader', secret: 's' } };
        const other = { key: { id: 'other', secret: 's' } };
        assert.deepEqual(
          [
            (await bench.ask('vpc', 'CreateVpc', { RegionId: REGION }, reader)).json.Code,
            (await bench.ask('ecs', 'RunInstances', {}, reader)).status,
          ],
          ['Forbidden.RAM', 403],
        );
        await bench.must('vpc', 'CreateVpc', { RegionId: REGION }, other);
        assert.equal((await bench.must('vpc', 'DescribeVpcs', { RegionId: REGION }, other)).TotalCount, 1);
        assert.equal((await bench.must('sts', 'GetCallerIdentity', {}, reader)).AccountId, '1');
        assert.equal((await bench.must('ecs', 'DescribeInstances', { RegionId: REGION }, reader)).TotalCount, 0);
      },
    ),
  );
});

describe('throttling', () => {
  const throttling = {
    ...DEFAULT_SETTINGS.throttling,
    actions: { 'ecs:DescribeInstances': 2 },
    retryAfter: true,
    rateHeaders: true,
  };
  it(
    'counts each action in minutes of virtual time, and says when to come back',
    withBench({ throttling }, async (bench) => {
      const read = (): ReturnType<Bench['ask']> => bench.ask('ecs', 'DescribeInstances', { RegionId: REGION });
      await bench.advance(20);
      assert.equal((await read()).headers['x-ratelimit-user-api'], 'Limit:2,Remain:1,TimeLeft:40000,Reset:40000');
      assert.equal((await read()).status, 200);
      const third = await read();
      assert.deepEqual(
        [third.status, third.json.Code, third.headers['x-acs-retry-after']],
        [400, 'Throttling.User', '40000'],
      );
      assert.equal(
        (await bench.ask('ecs', 'DescribeInstanceStatus', { RegionId: REGION })).status,
        200,
        'another action has its own count',
      );
      assert.equal(
        (await bench.ask('ecs', 'DescribeInstances', { RegionId: 'cn-shenzhen-finance-1' })).status,
        200,
        'so has another region',
      );
      await bench.advance(40);
      assert.equal((await read()).status, 200, 'the next minute is new');
    }),
  );
});

describe('ClientToken', () => {
  const make = { RegionId: REGION, CidrBlock: '10.0.0.0/16', ClientToken: 'token-1' };
  it(
    'gives the first answer again and makes nothing',
    withBench({}, async (bench) => {
      const first = await bench.must('vpc', 'CreateVpc', make);
      const again = await bench.must('vpc', 'CreateVpc', make);
      assert.equal(again.VpcId, first.VpcId);
      assert.notEqual(again.RequestId, first.RequestId);
      const ledger = (await bench.control('GET', 'ledger')).json;
      assert.deepEqual(
        ledger.calls.map((call: { effect: string }) => call.effect),
        ['committed', 'none'],
      );
      assert.equal(ledger.resources.length, 1);
    }),
  );

  it(
    'refuses other parameters under the same token, each service with its status',
    withBench({}, async (bench) => {
      await bench.must('vpc', 'CreateVpc', make);
      const vpc = await bench.ask('vpc', 'CreateVpc', { ...make, CidrBlock: '10.0.0.0/8' });
      assert.deepEqual([vpc.status, vpc.json.Code], [400, 'IdempotentParameterMismatch']);
      const ground = await layGround(bench);
      await bench.must('ecs', 'RunInstances', runOn(ground, { ClientToken: 'token-1' }));
      const ecs = await bench.ask('ecs', 'RunInstances', runOn(ground, { ClientToken: 'token-1', Amount: 2 }));
      assert.deepEqual([ecs.status, ecs.json.Code], [403, 'IdempotentParameterMismatch']);
    }),
  );

  it(
    'a refused call leaves its token free',
    withBench({ quotas: { 'vpc.vpcs': 1 } }, async (bench) => {
      const { VpcId } = await bench.must('vpc', 'CreateVpc', { RegionId: REGION });
      assert.equal((await bench.ask('vpc', 'CreateVpc', make)).json.Code, 'QuotaExceeded.Vpc');
      await bench.advance(10);
      await bench.must('vpc', 'DeleteVpc', { VpcId });
      await bench.must('vpc', 'CreateVpc', make);
    }),
  );

  it(
    'is forgotten after its time, and refused while it is in flight',
    withBench({ idempotency: { rememberSeconds: 100, inFlightSeconds: 10 } }, async (bench) => {
      const first = await bench.must('vpc', 'CreateVpc', make);
      const soon = await bench.ask('vpc', 'CreateVpc', make);
      assert.deepEqual([soon.status, soon.json.Code], [400, 'OperationFailed.IdempotentTokenProcessing']);
      await bench.advance(11);
      assert.equal((await bench.must('vpc', 'CreateVpc', make)).VpcId, first.VpcId);
      await bench.advance(100);
      assert.notEqual((await bench.must('vpc', 'CreateVpc', make)).VpcId, first.VpcId);
    }),
  );

  it(
    'actions that take none ignore it',
    withBench({}, async (bench) => {
      const { VpcId } = await bench.must('vpc', 'CreateVpc', { RegionId: REGION });
      await bench.advance(10);
      for (const VpcName of ['one', 'two'])
        await bench.must('vpc', 'ModifyVpcAttribute', { VpcId, VpcName, ClientToken: 'same' });
      assert.equal((await bench.must('vpc', 'DescribeVpcs', { RegionId: REGION })).Vpcs.Vpc[0].VpcName, 'two');
    }),
  );
});

describe('names that every object has', () => {
  let bench: Bench;
  before(async () => {
    bench = await startBench();
    await layGround(bench);
  });
  after(async () => {
    assert.deepEqual(bench.complaints, []);
    await bench.stop();
  });

  const code = async (...asked: Parameters<Bench['ask']>): Promise<string> => {
    const got = await bench.ask(...asked);
    return `${got.status} ${got.json.Code ?? ''}`;
  };
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    it(`${name} is no action, region, tag, filter or path here`, async () => {
      assert.equal(await code('ecs', name, { RegionId: REGION }), '404 InvalidApi.NotFound');
      assert.equal(await code('slb', 'DescribeZones', { RegionId: name }), '404 InvalidRegionId.NotFound');
      const filter = { RegionId: REGION, 'Filter.1.Key': name, 'Filter.1.Value': '2026-01-01T00:00Z' };
      assert.equal(await code('ecs', 'DescribeInstances', filter), '404 InvalidFilterKey.NotFound');
      const { Vpcs } = await bench.must('vpc', 'DescribeVpcs', { RegionId: REGION, 'Tag.1.Key': name });
      assert.deepEqual(Vpcs.Vpc, []);
      assert.equal((await bench.control('GET', name)).status, 404);
      const drifts = [{ kind: name }, { service: 'ecs', action: name }];
      for (const drift of drifts) assert.equal((await bench.control('POST', 'drift', drift)).status, 400);
    });
  }
});

describe('faults on order', () => {
  const create = { RegionId: REGION, ClientToken: 'once' };
  const answers = [
    {
      why: 'throttled before: nothing is done',
      what: { kind: 'throttle', code: 'Throttling.Api', retryAfterMs: 1500 },
      position: 'before',
      status: 400,
      code: 'Throttling.Api',
      made: 0,
    },
    {
      why: 'a 503 before: nothing is done',
      what: { kind: 'error', status: 503, code: 'ServiceUnavailable' },
      position: 'before',
      status: 503,
      code: 'ServiceUnavailable',
      made: 0,
    },
    {
      why: 'a 500 after the work: done all the same',
      what: 'error',
      position: 'after-commit',
      status: 500,
      code: 'InternalError',
      made: 1,
    },
  ] as const;
  for (const { why, what, position, status, code, made } of answers) {
    it(
      why,
      withBench({}, async (bench) => {
        await orderFault(bench, { what, position });
        const got = await bench.ask('vpc', 'CreateVpc', create);
        assert.deepEqual([got.status, got.json.Code], [status, code]);
        if (code === 'Throttling.Api') assert.equal(got.headers['x-acs-retry-after'], '1500');
        assert.equal(await vpcCount(bench), made);
        await bench.must('vpc', 'CreateVpc', create);
        assert.equal(await vpcCount(bench), 1, 'the same token afterwards makes exactly one');
      }),
    );
  }

  it(
    'an HTML 502, an empty 200 and half an answer come as such',
    withBench({}, async (bench) => {
      await orderFault(bench, { what: 'html502' });
      const html = await bench.ask('vpc', 'CreateVpc', create);
      assert.deepEqual([html.status, html.json, html.headers['content-type']], [502, undefined, 'text/html']);
      assert.equal(await vpcCount(bench), 0);
      await orderFault(bench, { what: 'empty200', position: 'after-commit' });
      const empty = await bench.ask('vpc', 'CreateVpc', create);
      assert.deepEqual([empty.status, empty.text], [200, '']);
      await orderFault(bench, { what: 'truncated', position: 'after-commit' });
      const half = await bench.ask('vpc', 'CreateVpc', create);
      assert.equal(half.json, undefined);
      assert.ok(half.text.startsWith('{"RequestId"'));
      assert.equal(await vpcCount(bench), 1);
    }),
  );

  it(
    'the connection is reset before or after the work',
    withBench({}, async (bench) => {
      for (const [position, made] of [
        ['before', 0],
        ['answer-lost', 1],
      ] as const) {
        await orderFault(bench, { what: 'reset', position });
        await assert.rejects(bench.ask('vpc', 'CreateVpc', create), { code: 'ECONNRESET' });
        assert.equal(await vpcCount(bench), made);
      }
      const calls = (await bench.control('GET', 'ledger')).json.calls.filter(
        (call: { action: string }) => call.action === 'CreateVpc',
      );
      assert.deepEqual(
        calls.map((call: { effect: string; fault: string }) => [call.effect, call.fault]),
        [
          ['none', 'reset before'],
          ['committed', 'reset answer-lost'],
        ],
      );
    }),
  );

  it(
    'a hang ends only with the client, and the work may be done',
    withBench({}, async (bench) => {
      await orderFault(bench, { what: 'hang', position: 'after-commit' });
      const hanging = bench.ask('vpc', 'CreateVpc', create);
      const outcome = hanging.then(
        () => 'answered',
        () => 'cut',
      );
      while ((await vpcCount(bench)) === 0);
      await bench.stop();
      assert.equal(await outcome, 'cut');
    }),
  );

  it(
    'a slow answer comes late; slow before the work, the effect is late too',
    withBench({}, async (bench) => {
      await orderFault(bench, { what: { kind: 'slow', ms: 300 }, position: 'before' });
      const late = bench.ask('vpc', 'CreateVpc', create);
      assert.equal(await vpcCount(bench), 0, 'a look-up finds nothing yet');
      assert.equal((await late).status, 200);
      assert.equal(await vpcCount(bench), 1);
    }),
  );

  it(
    'a token that was not remembered makes a second one',
    withBench({}, async (bench) => {
      await orderFault(bench, { what: 'error', position: 'after-commit', forgetToken: true });
      await bench.ask('vpc', 'CreateVpc', create);
      await bench.must('vpc', 'CreateVpc', create);
      assert.equal(await vpcCount(bench), 2);
    }),
  );

  it(
    'strikes from the nth match on, so often as ordered, and only what matches',
    withBench({}, async (bench) => {
      const rule = (
        await orderFault(bench, { match: { service: 'vpc', resource: 'special' }, what: 'error', nth: 2, count: 2 })
      ).json;
      const codes: number[] = [];
      for (const VpcName of ['special', 'plain', 'special', 'special', 'special'])
        codes.push((await bench.ask('vpc', 'CreateVpc', { RegionId: REGION, VpcName })).status);
      assert.deepEqual(codes, [200, 200, 500, 500, 200]);
      assert.deepEqual([(await bench.control('GET', 'faults')).json.faults[0].fired, rule.id], [2, 'fault-1']);
      assert.equal((await bench.control('DELETE', `faults/${rule.id}`)).json.removed, 1);
    }),
  );
});

describe('visibility', () => {
  const visibility = { 'vpc.vpc': { create: 30_000, attribute: 20_000, delete: 60_000, flipFlop: false } };
  it(
    'a create, a change and a delete are seen late, and their effect is there at once',
    withBench({ visibility }, async (bench) => {
      const { VpcId } = await bench.must('vpc', 'CreateVpc', { RegionId: REGION, VpcName: 'one' });
      const names = async (): Promise<string[]> =>
        (await bench.must('vpc', 'DescribeVpcs', { RegionId: REGION })).Vpcs.Vpc.map(
          (vpc: { VpcName: string }) => vpc.VpcName,
        );
      assert.deepEqual(await names(), []);
      assert.equal((await bench.ask('vpc', 'DescribeVpcAttribute', { RegionId: REGION, VpcId })).status, 404);
      await bench.advance(31);
      assert.deepEqual(await names(), ['one']);
      await bench.must('vpc', 'ModifyVpcAttribute', { VpcId, VpcName: 'two' });
      assert.deepEqual(await names(), ['one']);
      await bench.advance(21);
      assert.deepEqual(await names(), ['two']);
      await bench.must('vpc', 'DeleteVpc', { VpcId });
      assert.deepEqual(await names(), ['two'], 'still listed');
      assert.equal((await bench.ask('vpc', 'DeleteVpc', { VpcId })).json.Code, 'InvalidVpcId.NotFound', 'but gone');
      await bench.advance(61);
      assert.deepEqual(await names(), []);
    }),
  );

  it(
    'flip-flop reads show new and old in turn',
    withBench({ visibility: { '*': { create: 0, attribute: 60_000, delete: 0, flipFlop: true } } }, async (bench) => {
      const { VpcId } = await bench.must('vpc', 'CreateVpc', { RegionId: REGION, VpcName: 'old' });
      await bench.advance(10);
      await bench.must('vpc', 'ModifyVpcAttribute', { VpcId, VpcName: 'new' });
      const seen: string[] = [];
      for (let i = 0; i < 4; i += 1)
        seen.push((await bench.must('vpc', 'DescribeVpcAttribute', { RegionId: REGION, VpcId })).VpcName);
      assert.deepEqual(seen, ['new', 'old', 'new', 'old']);
    }),
  );
});

describe('life cycles', () => {
  it(
    'a step can wait for reads instead of time',
    withBench({ lifecycle: { 'vpc.vpc.pending': { kind: 'describes', count: 3 } } }, async (bench) => {
      await bench.must('vpc', 'CreateVpc', { RegionId: REGION });
      await bench.advance(3600);
      assert.deepEqual(
        [await vpcStatus(bench), await vpcStatus(bench), await vpcStatus(bench), await vpcStatus(bench)],
        ['Pending', 'Pending', 'Pending', 'Available'],
      );
    }),
  );
  it(
    'or never come',
    withBench({ lifecycle: { 'vpc.vpc.pending': { kind: 'never' } } }, async (bench) => {
      await bench.must('vpc', 'CreateVpc', { RegionId: REGION });
      await bench.advance(1e6);
      assert.equal(await vpcStatus(bench), 'Pending');
    }),
  );
});

describe('determinism', () => {
  it('the same seed and requests on a manual clock give the same ledger, another seed another', async () => {
    const first = await ledgerOfStory(7);
    assert.deepEqual(await ledgerOfStory(7), first);
    assert.notDeepEqual(await ledgerOfStory(8), first);
  });
});
