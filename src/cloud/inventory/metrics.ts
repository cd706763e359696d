// What is measured of the inventories.
import { type Meter, defineMetric } from '../../kernel/meter.ts';

const labels = ['account', 'region', 'type'] as const;

/** Duration of a sweep from its first page to its last. */
export const sweepDuration = defineMetric({
  kind: 'histogram',
  name: 'finance_cloud_inventory_sweep_duration_seconds',
  help: 'Duration of one sweep of a resource type.',
  labels,
  stability: 'BETA',
  buckets: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
});

/** Sweeps that failed, or that were not whole because pages drifted. */
export const sweepFailures = defineMetric({
  kind: 'counter',
  name: 'finance_cloud_inventory_sweep_failures_total',
  help: 'Sweeps that ended in an error or were not whole.',
  labels,
  stability: 'BETA',
});

/** Records in memory. */
export const recordCount = defineMetric({
  kind: 'gauge',
  name: 'finance_cloud_inventory_records',
  help: 'Cloud resources seen by the last sweep; of ServerMaintenance, only the servers that would stay down.',
  labels,
  stability: 'BETA',
});

/** Judgements. */
export const absences = defineMetric({
  kind: 'counter',
  name: 'finance_cloud_inventory_absences_total',
  help: 'Resources on record that were judged gone.',
  labels,
  stability: 'BETA',
});

/** The alarm. */
export const doubtful = defineMetric({
  kind: 'gauge',
  name: 'finance_cloud_inventory_doubtful',
  help: 'One while most known resources of a type vanished at once and nothing is concluded.',
  labels,
  stability: 'BETA',
});

/** All metrics of inventories, for the generated documentation. */
export const inventoryMetrics = [sweepDuration, sweepFailures, recordCount, absences, doubtful] as const;

/** Records what happens in one inventory. */
export interface InventoryMeter {
  swept(type: string, ms: number, records: number): void;
  failed(type: string): void;
  judged(type: string): void;
  doubted(type: string, on: boolean): void;
  end(types: readonly string[]): void;
}

/** Registers the metrics for one account and region. */
export function createInventoryMeter(
  meter: Meter,
  place: { readonly account: string; readonly region: string },
): InventoryMeter {
  const [duration, failures] = [meter.histogram(sweepDuration), meter.counter(sweepFailures)];
  const [records, gone, doubt] = [meter.gauge(recordCount), meter.counter(absences), meter.gauge(doubtful)];
  return {
    swept: (type, ms, count) => {
      duration.observe({ ...place, type }, ms / 1000);
      records.set({ ...place, type }, count);
    },
    failed: (type) => failures.add({ ...place, type }),
    judged: (type) => gone.add({ ...place, type }),
    doubted: (type, on) => doubt.set({ ...place, type }, on ? 1 : 0),
    end: (types) => {
      for (const type of types) {
        records.remove({ ...place, type });
        doubt.remove({ ...place, type });
      }
    },
  };
}
