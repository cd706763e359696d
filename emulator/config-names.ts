// Names in a configuration that nothing answers to: a misspelt step, type or action would otherwise do nothing, in silence.

import { parseGuests } from './guest-config.ts';
import { own } from './json.ts';
import { standardDurations } from './lifecycle.ts';
import { metadata } from './metadata/index.ts';
import type { Module } from './service.ts';
import type { Settings } from './settings.ts';

const TYPES =
  'vpc.vpc vpc.vswitch vpc.address ecs.instance ecs.securityGroup ecs.command ecs.invocation slb.loadbalancer slb.listener slb.vservergroup guests.guest *';
const QUOTAS =
  'vpc.vpcs vpc.vswitches ecs.instances ecs.securityGroups ecs.rulesPerGroup ecs.groupsPerInstance ecs.instancesPerGroup ecs.commands slb.loadbalancers slb.backends slb.vservergroups slb.listeners';
const OPTIONS = 'images stockAnswers securityGroupPages arrears slb.weightZero';

const unknownIn = (place: string, given: object, known: readonly string[]): string | undefined => {
  const name = Object.keys(given).find((candidate) => !known.includes(candidate));
  return name === undefined ? undefined : `${place}: "${name}" is not known; known are ${known.join(', ')}`;
};

/** `ecs:RunInstances`; in `deny` also `ecs:*` and `*`. */
const isAction = (text: string): boolean => {
  const [service = '', action = ''] = text.split(':');
  const known = own(metadata, service);
  return text === '*' || (known !== undefined && (action === '*' || known.names.has(action)));
};

const unknownAction = (place: string, actions: readonly string[]): string | undefined => {
  const name = actions.find((action) => !isAction(action));
  return name === undefined ? undefined : `${place}: "${name}" is no action such as ecs:RunInstances`;
};

const guestsWrong = (section: unknown): string | undefined => {
  try {
    parseGuests(section);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

/** The first name that nothing answers to, as a sentence; undefined when there is none. */
export const unknownName = (settings: Settings, modules: readonly Module[]): string | undefined =>
  unknownIn('lifecycle', settings.lifecycle, Object.keys(standardDurations(modules))) ??
  unknownIn('visibility', settings.visibility, TYPES.split(' ')) ??
  unknownIn('quotas', settings.quotas, QUOTAS.split(' ')) ??
  unknownIn('options', settings.options, OPTIONS.split(' ')) ??
  unknownAction('throttling.actions', Object.keys(settings.throttling.actions)) ??
  unknownAction(
    'deny',
    settings.accounts.flatMap(({ accessKeys }) => accessKeys.flatMap(({ deny }) => deny)),
  ) ??
  guestsWrong(settings.guests);
