// The operator's own configuration: flags over environment over defaults, read once in main.ts, frozen, refused with the flag's name.
import { z } from 'zod';

const seconds = (fallback: number, text: string) =>
  z.coerce.number().positive().max(86_400).default(fallback).describe(text);
const port = (fallback: number, text: string) =>
  z.coerce.number().int().min(0).max(65_535).default(fallback).describe(text);

/** Every setting, by the name of its flag in camelCase (`--sweep-seconds`); durations in seconds. */
export const settingsSchema = z.strictObject({
  namespace: z
    .string()
    .min(1)
    .default('finance-cloud-system')
    .describe('namespace of the operator: its lease, and the Secrets that accounts name'),
  kubeconfig: z
    .string()
    .default('')
    .describe('kubeconfig file; empty: in-cluster service account, else the default kubeconfig'),
  identity: z
    .string()
    .default('')
    .describe(
      'name in the lease; empty: the pod name, so that a restarted container retakes its own lease; outside a pod the host name and a random part',
    ),
  install: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
    .default('finance-cloud-operator')
    .describe('name of this release, written on every cloud resource'),
  watchNamespaces: z.string().default('').describe('comma-separated namespaces to watch; empty: all'),
  workers: z.coerce.number().int().min(1).max(64).default(4).describe('objects reconciled at once, per kind'),
  sweepSeconds: seconds(60, 'interval of the bulk sweep of each account and region'),
  slowSeconds: seconds(600, 'interval of the slow tier: rules, backends, weights, health'),
  guestSeconds: seconds(3600, 'interval of questions inside guests under probe Periodic'),
  absenceGraceSeconds: seconds(30, 'time between the two reads that must both miss an id before it counts as gone'),
  visibilityGraceSeconds: seconds(900, 'age below which an id is never judged absent'),
  zoneReturnSeconds: seconds(600, 'time a zone must be healthy before it counts as returned'),
  leaseSeconds: seconds(
    60,
    'lease; renew deadline, retry, gate and call deadlines keep their proportions to it (60, 40, 10, 25, 20, 10)',
  ),
  metricsPort: port(8080, 'port of /metrics; 0: any free one, printed at start'),
  healthPort: port(8081, 'port of /healthz and /readyz; 0: any free one, printed at start'),
  bindAddress: z.string().default('0.0.0.0').describe('address that metrics and probes listen on'),
  metricsAuth: z
    .enum(['on', 'off'])
    .default('on')
    .describe('TokenReview and SubjectAccessReview before /metrics is shown'),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info').describe('least level that is logged'),
});

/** The operator's settings, frozen. */
export type Settings = Readonly<z.infer<typeof settingsSchema>>;

/** Durations that keep their proportions to the lease, in milliseconds (reliability: 60, 40, 10, 25, 20, 10 seconds). */
export interface Deadlines {
  readonly lease: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
  readonly gateMargin: number;
  readonly mutatingCall: number;
  readonly readCall: number;
}

/** All deadlines of a lease of `leaseSeconds`. */
export function deadlinesOf(leaseSeconds: number): Deadlines {
  const part = (of60: number) => Math.round((leaseSeconds * 1000 * of60) / 60);
  return {
    lease: part(60),
    renewDeadline: part(40),
    retryPeriod: part(10),
    gateMargin: part(25),
    mutatingCall: part(20),
    readCall: part(10),
  };
}

/** Parsed settings or the sentences that say which flag is wrong and why. */
export function readSettings(
  given: Readonly<Record<string, string | undefined>>,
): { readonly settings: Settings } | { readonly problems: readonly string[] } {
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const parsed = settingsSchema.safeParse(present);
  if (parsed.success) return { settings: Object.freeze(parsed.data) };
  return {
    problems: parsed.error.issues.flatMap((issue) => {
      if (issue.code === 'unrecognized_keys')
        return issue.keys.map((key) => `${flagOf(key)} is not a flag of this program`);
      const name = String(issue.path[0]);
      return [`${flagOf(name)} ${JSON.stringify(present[name])}: ${expected(issue)}`];
    }),
  };
}

// What would be right, in the words of somebody who does not know the library behind it.
function expected(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type')
    return `a ${issue.expected === 'int' ? 'whole number' : issue.expected} is expected`;
  if (issue.code === 'too_small' && issue.origin === 'string') return 'it must not be empty';
  if (issue.code === 'too_small')
    return `a number ${issue.inclusive === true ? 'from' : 'above'} ${issue.minimum} is expected`;
  if (issue.code === 'too_big') return `it is at most ${issue.maximum}`;
  if (issue.code === 'invalid_value') return `it is one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_format') return 'lower-case letters, digits and hyphens are expected, at most 63';
  return issue.message;
}

/** The command-line name of a setting. */
export function flagOf(setting: string): string {
  return `--${setting.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
