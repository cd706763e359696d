// Listeners as the Describe calls show them: one flat per protocol, and the region-wide list with nested configurations.
import type { Answer, Call } from '../../service.ts';
import { tagParams, tagsMatch } from '../../tags.ts';
import { CONFIG_NAME, OUTSIDE_CONFIG } from './listener-fields.ts';
import { shownSettings } from './listener-settings.ts';
import { listenerId, notFound } from './listeners.ts';
import { listeners, loadBalancers, loadBalancerSeen, tagList } from './world.ts';
import type { Listener, Protocol } from './world.ts';

/** DescribeLoadBalancer...ListenerAttribute of one protocol: everything flat. */
export const describeListener =
  (protocol: Protocol) =>
  (call: Call): Answer => {
    const owner = loadBalancerSeen(call);
    const id = listenerId(owner.id, protocol, call.params.int('ListenerPort') ?? 0);
    const row = call.table(listeners).seen(id) ?? notFound(call);
    call.observed('slb', row.id);
    const settings = Object.entries(shownSettings(row)).filter(([name]) => !listOnly(protocol, name));
    return {
      ...Object.fromEntries(settings),
      ...common(row),
      ...(protocol === 'http' || protocol === 'https'
        ? { SecurityStatus: 'on', Rules: { Rule: [] } }
        : { PortRanges: {} }),
      ...(protocol === 'https' ? { DomainExtensions: { DomainExtension: [] } } : {}),
      AclIds: { AclId: row.settings['AclId'] === undefined ? [] : [row.settings['AclId']] },
      Tags: { Tag: tagList(row.tags) },
    };
  };

// Layer 7 has two fields that the list alone shows.
const listOnly = (protocol: Protocol, name: string): boolean =>
  name === 'HealthCheckHttpVersion' || (name === 'HealthCheckType' && protocol !== 'tcp');

function common(row: Listener): Answer {
  return {
    LoadBalancerId: row.loadBalancerId,
    ListenerPort: row.port,
    Status: row.status,
    ...(row.backendPort === 0 ? {} : { BackendServerPort: row.backendPort }),
    ...(row.vServerGroupId === '' ? {} : { VServerGroupId: row.vServerGroupId }),
  };
}

/** DescribeLoadBalancerListeners: a flat list over all load balancers of the region, in order of creation. */
export function describeListeners(call: Call): Answer {
  const max = call.params.int('MaxResults') ?? 20;
  if (max < 1 || max > 100)
    call.refuse('IllegalParam.MaxResults', { status: 400, message: 'The param of MaxResults is illegal.' });
  const table = call.table(listeners);
  const after = tokenOf(call);
  const rows = table.listSeen().filter((row) => wanted(call, row));
  const rest = rows.filter((row) => table.seq(row.id) > after);
  const page = rest.slice(0, max);
  for (const row of page) call.observed('slb', row.id);
  const last = page.at(-1);
  return {
    TotalCount: rows.length,
    MaxResults: max,
    ...(rest.length > page.length && last !== undefined ? { NextToken: `L${table.seq(last.id)}` } : {}),
    Listeners: page.map(listed),
  };
}

function tokenOf(call: Call): number {
  const token = call.params.text('NextToken');
  if (token === undefined) return 0;
  if (!/^L\d+$/.test(token))
    call.refuse('IllegalParam.NextToken', { status: 400, message: 'The param of NextToken is illegal.' });
  return Number(token.slice(1));
}

function wanted(call: Call, row: Listener): boolean {
  const { params } = call;
  const ids = params.texts('LoadBalancerId');
  const description = row.settings['Description'];
  return (
    (ids.length === 0 || ids.includes(row.loadBalancerId)) &&
    (params.text('ListenerProtocol') ?? row.protocol).toLowerCase() === row.protocol &&
    (params.int('ListenerPort') ?? row.port) === row.port &&
    (params.text('Description') ?? description) === description &&
    tagsMatch(row.tags, tagParams(params)) &&
    call.table(loadBalancers).seen(row.loadBalancerId) !== undefined
  );
}

function listed(row: Listener): Answer {
  const settings = Object.entries(shownSettings(row));
  const outside = settings.filter(([name]) => OUTSIDE_CONFIG.has(name));
  // Inside the nested objects the cloud writes this one flag as text.
  const inside = settings
    .filter(([name]) => !OUTSIDE_CONFIG.has(name) && name !== 'SynProxy')
    .map(([name, value]) => [name, name === 'ProxyProtocolV2Enabled' ? String(value) : value] as const);
  return {
    ...common(row),
    ListenerProtocol: row.protocol,
    ...Object.fromEntries(outside),
    AclIds: row.settings['AclId'] === undefined ? [] : [row.settings['AclId']],
    [CONFIG_NAME[row.protocol]]: Object.fromEntries(inside),
    Tags: tagList(row.tags),
  };
}
