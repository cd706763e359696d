// The one door to pino: JSON lines with the keys that log pipelines of Kubernetes expect, and secrets struck out.
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import type { LogFields, Logger } from '../kernel/logger.ts';

/** Least level that is written. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** Names of fields whose values are never written, at the top and one level down. */
const SECRETS = [
  'accessKeySecret',
  'accessKeyId',
  'securityToken',
  'token',
  'password',
  'secret',
  'authorization',
  'userData',
  'data',
  'stringData',
];

/** A logger that writes JSON lines, by default to stdout. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`]);
  const options = {
    level,
    base: null,
    messageKey: 'msg',
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths, censor: '[redacted]' },
  };
  return wrap(destination === undefined ? pino(options) : pino(options, destination));
}

function wrap(logger: PinoLogger): Logger {
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
    child: (fields: LogFields) => wrap(logger.child(fields)),
  };
}
