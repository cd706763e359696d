// Metrics as a dependency. A metric is declared once as a value (name, help, labels, stability), so that the
// documentation is generated from what is really registered.

/** ALPHA may change in any release, BETA is announced a release ahead, STABLE needs a major release. */
export type Stability = 'ALPHA' | 'BETA' | 'STABLE';

/** What is known about a metric before it has a value. */
export interface MetricDefinition<L extends string = string> {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** Prometheus name with its base unit: `_total`, `_seconds`, ... */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly L[];
  readonly stability: Stability;
  /** Upper bounds of a histogram; the default suits latencies from 5 ms to 10 s. */
  readonly buckets?: readonly number[];
}

/** A value for every label. */
export type Labels<L extends string> = Readonly<Record<L, string>>;

/** Only rises. */
export interface Counter<L extends string> {
  add(labels: Labels<L>, value?: number): void;
}

/** Goes both ways; `remove` ends a series, for labels that name an object that is gone. */
export interface Gauge<L extends string> {
  set(labels: Labels<L>, value: number): void;
  add(labels: Labels<L>, value: number): void;
  remove(labels: Labels<L>): void;
}

/** Distribution of observations. */
export interface Histogram<L extends string> {
  observe(labels: Labels<L>, value: number): void;
}

/** Registers metrics; the same definition twice gives the same metric. */
export interface Meter {
  counter<L extends string>(definition: MetricDefinition<L>): Counter<L>;
  gauge<L extends string>(definition: MetricDefinition<L>): Gauge<L>;
  histogram<L extends string>(definition: MetricDefinition<L>): Histogram<L>;
  /** Runs before each scrape: for gauges that are cheaper to compute than to keep. */
  onScrape(compute: () => void): void;
}

/** Declares a metric and keeps its label names in the type. */
export function defineMetric<const L extends string>(definition: MetricDefinition<L>): MetricDefinition<L> {
  return Object.freeze(definition);
}

const nothing = (): void => undefined;

/** Measures nothing. */
export const silentMeter: Meter = {
  counter: () => ({ add: nothing }),
  gauge: () => ({ set: nothing, add: nothing, remove: nothing }),
  histogram: () => ({ observe: nothing }),
  onScrape: nothing,
};
