// Renders docs/reference/metrics.md and settings.md from the definitions that the operator registers and reads.
import { z } from 'zod';
import { inventoryMetrics } from '../src/cloud/inventory/metrics.ts';
import { clientMetrics } from '../src/cloud/metrics.ts';
import { objectMetricDefinitions } from '../src/controllers/object-metrics.ts';
import type { MetricDefinition } from '../src/kernel/meter.ts';
import { runtimeMetricDefinitions } from '../src/runtime/metric-definitions.ts';
import { flagOf, settingsSchema } from '../src/settings.ts';
import { cell, code, page, table } from './markdown.ts';

const METRICS: Readonly<Record<string, readonly MetricDefinition[]>> = {
  'Objects and what differs': objectMetricDefinitions,
  'Kubernetes side': runtimeMetricDefinitions,
  'Calls to the cloud': clientMetrics,
  'What is seen of the cloud': inventoryMetrics,
};

/** Every metric of the operator, beside those of the process and of Node. */
export const allMetrics: readonly MetricDefinition[] = Object.values(METRICS).flat();

const metricRow = (metric: MetricDefinition): readonly string[] => [
  code(metric.name),
  metric.kind,
  metric.labels.map(code).join(', '),
  metric.stability,
  cell(metric.help),
];

/** docs/reference/metrics.md */
export const metricsPage = (): string =>
  page('Metrics', [
    'Served at `/metrics`. ALPHA may change in any release, BETA is announced a release ahead, STABLE needs a major release. Beside these there are the usual `process_*` and `nodejs_*` metrics.',
    ...Object.entries(METRICS).map(
      ([title, metrics]) =>
        `## ${title}\n\n${table(['name', 'type', 'labels', 'stability', 'meaning'], metrics.map(metricRow))}`,
    ),
  ]);

/** Environment variables that main.ts reads; flags win over them. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  POD_NAMESPACE: 'Namespace of the operator where `--namespace` is not given.',
  POD_NAME: 'Identity in the lease where `--identity` is not given.',
  KUBERNETES_SERVICE_HOST: 'With `KUBERNETES_SERVICE_PORT`: the API server of the cluster that the operator runs in.',
  KUBERNETES_SERVICE_PORT: 'See `KUBERNETES_SERVICE_HOST`.',
  KUBECONFIG: 'Kubeconfig file outside a cluster where `--kubeconfig` is not given.',
  HOME: 'Where `.kube/config` is looked for when nothing else is given.',
};

type Schema = Pick<
  z.core.JSONSchema.BaseSchema,
  'type' | 'default' | 'description' | 'enum' | 'pattern' | 'minimum' | 'exclusiveMinimum' | 'maximum' | 'minLength'
>;

const limitsOf = (schema: Schema): string => {
  const values = (schema.enum ?? []).map((value) => code(String(value))).join(', ');
  return [
    ...(values === '' ? [] : [values]),
    ...(schema.minimum === undefined ? [] : [`at least ${schema.minimum}`]),
    ...(schema.exclusiveMinimum === undefined ? [] : [`more than ${schema.exclusiveMinimum}`]),
    ...(schema.maximum === undefined ? [] : [`at most ${schema.maximum}`]),
    ...(schema.minLength === undefined ? [] : ['not empty']),
    ...(schema.pattern === undefined ? [] : [code(schema.pattern)]),
  ].join('; ');
};

const settingRow = (name: string, schema: Schema): readonly string[] => [
  code(flagOf(name)),
  [schema.type ?? ''].flat().join(' or '),
  code(JSON.stringify(schema.default ?? '')),
  limitsOf(schema),
  cell(schema.description ?? ''),
];

/** docs/reference/settings.md */
export const settingsPage = (): string => {
  const { properties = {} } = z.toJSONSchema(settingsSchema);
  const rows = Object.entries(properties).flatMap(([name, schema]) =>
    typeof schema === 'boolean' ? [] : [settingRow(name, schema)],
  );
  const variables = Object.entries(ENVIRONMENT).map(([name, text]) => [code(name), text]);
  return page('Settings of the operator', [
    'Flags of the process, read once at its start (`--sweep-seconds=60`). What is unknown or out of its limits ends the start with a sentence that names the flag.',
    table(['flag', 'type', 'default', 'limits', 'meaning'], rows),
    '## Environment variables',
    table(['variable', 'meaning'], variables),
  ]);
};
