// How the inventory lists load balancers (100 a page) and listeners (whole regions at once), and reads backends and health.
import type { Reader } from '../call.ts';
import { createLister } from '../lister.ts';
import type { Detail, DetailReader, Lister } from '../service.ts';
import { readBackends, readHealth, readLoadBalancers } from './answers.ts';
import { describeHealth, describeLoadBalancer } from './api.ts';
import { loadBalancersOf, readListeners } from './listener-answers.ts';
import type { ListenerRecord, LoadBalancerParts, LoadBalancerRecord } from './model.ts';

/** Load balancers; one read may name 10 ids. */
export const loadBalancerLister: Lister<LoadBalancerRecord> = createLister({
  type: 'LoadBalancer',
  service: 'slb',
  action: 'DescribeLoadBalancers',
  paging: 'number',
  pageSize: 100,
  idsPerRead: 10,
  byIds: (ids) => ({ LoadBalancerId: ids.join(',') }),
  page: readLoadBalancers,
});

/** Listeners; one read may name 10 load balancers, so at most 10 listeners are asked for at once. */
export const listenerLister: Lister<ListenerRecord> = {
  ...createLister<ListenerRecord>({
    type: 'Listener',
    service: 'slb',
    action: 'DescribeLoadBalancerListeners',
    paging: 'token',
    pageSize: 100,
    idsPerRead: 10,
    byIds: (ids) => ({ LoadBalancerId: loadBalancersOf(ids) }),
    page: readListeners,
  }),
  // Listeners carry no tags of ours: whoever tracks the load balancer hears of them, also of one that a stranger added.
  parentOf: (listener) => listener.loadBalancerId,
};

/** Backends of a load balancer and their health behind all its listeners. */
export const loadBalancerParts: DetailReader<LoadBalancerParts> = {
  type: 'LoadBalancerParts',
  service: 'slb',
  read: async (reader: Reader, region: string, id: string): Promise<Detail<LoadBalancerParts>> => {
    const attribute = describeLoadBalancer(region, id);
    const backends = readBackends(attribute, await reader.read(attribute, 'slow'));
    if (backends.kind === 'error') return backends;
    const status = describeHealth(region, id);
    const health = readHealth(status, await reader.read(status, 'slow'));
    if (health.kind === 'error') return health;
    return { kind: 'ok', parts: { backends: backends.value, health: health.value } };
  },
};
