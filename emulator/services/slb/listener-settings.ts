// From a request's parameters to a listener's settings, and from settings to the check that health is computed with.
import type { Check } from '../../health.ts';
import type { Call } from '../../service.ts';
import { FIELDS } from './listener-fields.ts';
import type { Field } from './listener-fields.ts';
import type { Listener, Protocol } from './world.ts';

type Settings = Listener['settings'];

/** Settings of a new listener: what is given, else each field's standard. */
export function settingsAtCreate(call: Call, protocol: Protocol): Settings {
  const given = read(call, protocol, 'create');
  const standard = FIELDS[protocol].flatMap((field) =>
    field.standard === undefined ? [] : [[field.name, field.standard] as const],
  );
  return checked(call, protocol, { ...Object.fromEntries(standard), ...given });
}

/** Settings after a change: only what is given changes. */
export function settingsAfterSet(call: Call, old: Listener): Settings {
  return checked(call, old.protocol, { ...old.settings, ...read(call, old.protocol, 'set') });
}

function read(call: Call, protocol: Protocol, request: 'create' | 'set'): Settings {
  return Object.fromEntries(
    FIELDS[protocol].flatMap((field) => {
      const value = valueOf(call, field, field[request] ?? field.name);
      return value === undefined ? [] : [[field.name, value] as const];
    }),
  );
}

function valueOf(call: Call, field: Field, name: string): string | number | boolean | undefined {
  if (field.type === 'int') return call.params.int(name);
  if (field.type === 'bool') return call.params.flag(name);
  return call.params.text(name);
}

const SWITCH = /^(on|off)$/;
const RULES: Readonly<Record<string, RegExp>> = {
  Bandwidth: /^(-1|[1-9]\d*)$/,
  HealthCheck: SWITCH,
  StickySession: SWITCH,
  Gzip: SWITCH,
  XForwardedFor: SWITCH,
  AclStatus: SWITCH,
  AclType: /^(white|black)$/,
  Scheduler: /^(wrr|wlc|rr|sch|tch|qch)$/,
  StickySessionType: /^(insert|server)$/,
  HealthCheckType: /^(tcp|http|udp)$/,
  HealthCheckMethod: /^(head|get|tcp)$/i,
  HealthCheckURI: /^\/[A-Za-z0-9\-/.%?#&=_;~!()*[\]@$^:',+]{0,79}$/,
  HealthCheckDomain: /^(\$_ip|[A-Za-z0-9.-]{1,80})$/,
  HealthCheckHttpCode: /^http_[1-5]xx(,http_[1-5]xx)*$/,
};

function checked(call: Call, protocol: Protocol, settings: Settings): Settings {
  for (const [name, rule] of Object.entries(RULES)) {
    const value = settings[name];
    if (value !== undefined && !rule.test(String(value))) {
      call.refuse(`InvalidParam.${name}`, { status: 400, message: `The param ${name} is invalid.` });
    }
  }
  if (settings['StickySession'] === 'on') sticky(call, settings);
  if (protocol === 'https' && settings['ServerCertificateId'] === undefined) {
    call.refuse('MissingParam.ServerCertificates', { status: 400, message: 'Server certificates are required.' });
  }
  return settings;
}

function sticky(call: Call, settings: Settings): void {
  const needed = settings['StickySessionType'] === 'insert' ? 'CookieTimeout' : 'Cookie';
  for (const name of ['StickySessionType', needed]) {
    if (settings[name] === undefined) {
      call.refuse(`MissingParam.${name}`, { status: 400, message: `The parameter ${name} is required.` });
    }
  }
}

/** The fields an answer shows: those behind a switch only while it is on. */
export function shownSettings(listener: Listener): Settings {
  const { settings, protocol } = listener;
  const layer7 = protocol === 'http' || protocol === 'https';
  const hidden = (field: Field): boolean =>
    (layer7 && field.part === 'check' && settings['HealthCheck'] !== 'on') ||
    (field.part === 'sticky' && settings['StickySession'] !== 'on');
  const shown = FIELDS[protocol].filter((field) => settings[field.name] !== undefined && !hidden(field));
  return Object.fromEntries(shown.map((field) => [field.name, settings[field.name] ?? '']));
}

function checkType(protocol: Protocol, settings: Settings): Check['type'] {
  if (protocol === 'udp') return 'udp';
  return protocol === 'tcp' && settings['HealthCheckType'] !== 'http' ? 'tcp' : 'http';
}

/** The check in force from `from` on; it is off while the listener does not run. */
export function checkOf(listener: Omit<Listener, 'checks'>, from: number): Check {
  const { settings, protocol, status } = listener;
  const number = (name: string, standard: number): number => Number(settings[name] ?? standard);
  const text = (name: string, standard: string): string => String(settings[name] ?? standard);
  const host = text('HealthCheckDomain', '$_ip');
  const layer4 = protocol === 'tcp' || protocol === 'udp';
  return {
    from,
    on: settings['HealthCheck'] === 'on' && (status === 'running' || status === 'configuring'),
    type: checkType(protocol, settings),
    port: Math.max(0, number('HealthCheckConnectPort', 0)),
    path: text('HealthCheckURI', '/'),
    host: host === '$_ip' ? '' : host,
    codes: text('HealthCheckHttpCode', 'http_2xx').split(','),
    intervalSeconds: number('HealthCheckInterval', 2),
    timeoutSeconds: number(layer4 ? 'HealthCheckConnectTimeout' : 'HealthCheckTimeout', 5),
    healthyThreshold: number('HealthyThreshold', 3),
    unhealthyThreshold: number('UnhealthyThreshold', 3),
  };
}

/** The listener with its check of now appended; a stopped or changed listener is checked otherwise from now on. */
export function withCheck(listener: Listener, now: number): Listener {
  return {
    ...listener,
    checks: [...listener.checks.filter((check) => check.from < now), checkOf(listener, now)].slice(-32),
  };
}
