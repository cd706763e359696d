// Addresses of the services per Finance Cloud region. The published lists disagree, so an account may override each of them.
import type { ServiceName } from './call.ts';

/** Where one service answers. `host` holds the port when it is not the protocol's own. */
export interface Endpoint {
  readonly protocol: 'http' | 'https';
  readonly host: string;
}

/** Addresses an account names itself, as URLs: `https://ecs-vpc.cn-shanghai-finance-1.aliyuncs.com`. */
export type EndpointOverrides = { readonly [service in ServiceName]?: string };

const central: { readonly [service in ServiceName]: string } = {
  ecs: 'ecs.aliyuncs.com',
  vpc: 'vpc.aliyuncs.com',
  slb: 'slb.aliyuncs.com',
  sts: 'sts.aliyuncs.com',
};

const regional: { readonly [region: string]: EndpointOverrides } = {
  'cn-shanghai-finance-1': { ecs: 'ecs-cn-hangzhou.aliyuncs.com', sts: 'sts.cn-shanghai-finance-1.aliyuncs.com' },
  'cn-shenzhen-finance-1': { ecs: 'ecs-cn-hangzhou.aliyuncs.com' },
  'cn-beijing-finance-1': {
    ecs: 'ecs.cn-beijing-finance-1.aliyuncs.com',
    vpc: 'vpc.cn-beijing-finance-1.aliyuncs.com',
    slb: 'slb.cn-beijing-finance-1.aliyuncs.com',
    sts: 'sts.cn-beijing-finance-1.aliyuncs.com',
  },
  'cn-qingdao': { ecs: 'ecs.cn-qingdao.aliyuncs.com' },
};

/** The endpoint of a service in a region: the account's own, else the region's, else the central one over https. */
export function endpointOf(service: ServiceName, region: string, overrides: EndpointOverrides = {}): Endpoint {
  const own = overrides[service];
  if (own === undefined) return { protocol: 'https', host: regional[region]?.[service] ?? central[service] };
  const url = new URL(own);
  return { protocol: url.protocol === 'http:' ? 'http' : 'https', host: url.host };
}
