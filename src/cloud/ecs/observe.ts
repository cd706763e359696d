// How the inventory lists servers and security groups (100 a page, by tokens), reads the rules of one group, and finds servers
// that would stay down after a fault of their host (100 a page, by number).
import type { CloudError, Reader } from '../call.ts';
import { createLister, createSlowLister } from '../lister.ts';
import type { Detail, DetailReader, Lister } from '../service.ts';
import { unreadable } from '../wire.ts';
import { readGroups, readMaintenance, readRules, readServers } from './answers.ts';
import { describeRules } from './api.ts';
import {
  type GroupRules,
  type LiveRule,
  type MaintenanceRecord,
  type SecurityGroupRecord,
  type ServerRecord,
  staysDown,
} from './model.ts';

/** Servers; one read may name 100 ids. */
export const serverLister: Lister<ServerRecord> = createLister({
  type: 'Server',
  service: 'ecs',
  action: 'DescribeInstances',
  paging: 'token',
  pageSize: 100,
  idsPerRead: 100,
  own: ['privateIp', 'publicIp', 'displayName', 'createdAt', 'startedAt'],
  byIds: (ids) => ({ InstanceIds: JSON.stringify(ids) }),
  page: readServers,
});

/** Security groups; one read may name 100 ids. */
export const securityGroupLister: Lister<SecurityGroupRecord> = createLister({
  type: 'SecurityGroup',
  service: 'ecs',
  action: 'DescribeSecurityGroups',
  paging: 'token',
  pageSize: 100,
  idsPerRead: 100,
  byIds: (ids) => ({ SecurityGroupIds: JSON.stringify(ids) }),
  page: readGroups,
});

/** Servers whose maintenance action is no automatic recovery; one read may name 100 ids. */
export const maintenanceLister: Lister<MaintenanceRecord> = createSlowLister({
  type: 'ServerMaintenance',
  service: 'ecs',
  action: 'DescribeInstanceMaintenanceAttributes',
  paging: 'number',
  pageSize: 100,
  idsPerRead: 100,
  byIds: (ids) => ({ InstanceId: ids }),
  page: readMaintenance,
  isException: staysDown,
});

/** A group holds at most some hundreds of rules, 1,000 a page: more pages are not believed. */
const MAX_PAGES = 10;

/** The ingress rules of one group. */
export const groupRules: DetailReader<GroupRules> = {
  type: 'GroupRules',
  service: 'ecs',
  read: async (reader: Reader, region: string, groupId: string): Promise<Detail<GroupRules>> => {
    const rules: LiveRule[] = [];
    let token: string | undefined;
    let error: CloudError | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const call = describeRules(region, groupId, token);
      const answer = await reader.read(call, 'slow');
      const read = readRules(call, answer);
      if (read.kind === 'error') return read;
      rules.push(...read.value.rules);
      if (read.value.next === '') return { kind: 'ok', parts: { rules } };
      token = read.value.next;
      error = unreadable(call, answer, `more than ${MAX_PAGES} pages`);
    }
    return error === undefined ? { kind: 'ok', parts: { rules } } : { kind: 'error', error };
  },
};
