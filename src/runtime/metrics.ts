// The one door to prom-client: turns definitions into metrics and renders them for a scrape.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Labels, Meter, MetricDefinition } from '../kernel/meter.ts';

/** A meter that can be scraped. */
export interface Metrics {
  readonly meter: Meter;
  /** The text exposition of all metrics. */
  render(): Promise<Exposition>;
  /** What has been registered, by name; process_* and nodejs_* are the platform's own. */
  definitions(): readonly MetricDefinition[];
}

/** A body and its media type. */
export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

const DEFAULT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Creates an empty set of metrics; with `platform` also those of the process and of Node. */
export function createMetrics({ platform = true }: { readonly platform?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (platform) collectDefaultMetrics({ register: registry });
  const hooks: (() => void)[] = [];
  const known = new Map<string, { readonly definition: MetricDefinition; readonly metric: unknown }>();
  const once = <M>(definition: MetricDefinition, make: () => M): M => {
    const found = known.get(definition.name);
    if (found === undefined) {
      const metric = make();
      known.set(definition.name, { definition, metric });
      return metric;
    }
    if (found.definition !== definition) throw new Error(`Metric ${definition.name} is defined twice`);
    // The same definition object was registered by this very function, so the metric has its type.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return found.metric as M;
  };
  return {
    meter: {
      counter: (definition) => once(definition, () => counterOf(definition, registry)),
      gauge: (definition) => once(definition, () => gaugeOf(definition, registry)),
      histogram: (definition) => once(definition, () => histogramOf(definition, registry)),
      onScrape: (compute) => hooks.push(compute),
    },
    render: async () => {
      for (const compute of hooks) compute();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
    definitions: () => [...known.values()].map(({ definition }) => definition),
  };
}

function configurationOf<L extends string>(definition: MetricDefinition<L>, registry: Registry) {
  const { name, help, labels } = definition;
  return { name, help: `[${definition.stability}] ${help}`, labelNames: [...labels], registers: [registry] };
}

function counterOf<L extends string>(definition: MetricDefinition<L>, registry: Registry) {
  const counter = new Counter<L>(configurationOf(definition, registry));
  return { add: (labels: Labels<L>, value = 1): void => counter.inc({ ...labels }, value) };
}

function gaugeOf<L extends string>(definition: MetricDefinition<L>, registry: Registry) {
  const gauge = new Gauge<L>(configurationOf(definition, registry));
  return {
    set: (labels: Labels<L>, value: number): void => gauge.set({ ...labels }, value),
    add: (labels: Labels<L>, value: number): void => gauge.inc({ ...labels }, value),
    remove: (labels: Labels<L>): void => gauge.remove({ ...labels }),
  };
}

function histogramOf<L extends string>(definition: MetricDefinition<L>, registry: Registry) {
  const buckets = [...(definition.buckets ?? DEFAULT_BUCKETS)];
  const histogram = new Histogram<L>({ ...configurationOf(definition, registry), buckets });
  return { observe: (labels: Labels<L>, value: number): void => histogram.observe({ ...labels }, value) };
}
