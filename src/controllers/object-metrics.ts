// Gauges about our objects, computed at the scrape from what is cached: zone skew, drift, findings, servers.
import type { DriftEntry, FinanceCloudEnvironment, BastionPool, SecurityZone } from '../crds/index.ts';
import { type Labels, type Meter, type MetricDefinition, defineMetric } from '../kernel/meter.ts';
import { countByZone, skew } from '../plan/placement.ts';
import type { Stores } from './kind.ts';
import { fleetOf } from './records.ts';

export const zoneSkew = defineMetric({
  kind: 'gauge',
  name: 'finance_cloud_zone_skew',
  help: 'Difference between the servers of the fullest and the emptiest zone of a fleet.',
  labels: ['kind', 'namespace', 'name', 'fleet'],
  stability: 'BETA',
});
export const openDrift = defineMetric({
  kind: 'gauge',
  name: 'finance_cloud_drift',
  help: 'Open differences between declaration and cloud, by class and decision; repaired ones do not count.',
  labels: ['kind', 'namespace', 'name', 'class', 'decision'],
  stability: 'BETA',
});
export const openFindings = defineMetric({
  kind: 'gauge',
  name: 'finance_cloud_findings',
  help: 'Findings of an object, by severity.',
  labels: ['kind', 'namespace', 'name', 'severity'],
  stability: 'BETA',
});

/** Definitions for the documentation. */
export const objectMetricDefinitions: readonly MetricDefinition[] = [zoneSkew, openDrift, openFindings];

type Owner = FinanceCloudEnvironment | SecurityZone | BastionPool;

/** Registers the gauges. */
export function registerObjectMetrics(meter: Meter, stores: Stores): void {
  const series = [rows(meter, zoneSkew, skews), rows(meter, openDrift, drifts), rows(meter, openFindings, findings)];
  meter.onScrape(() => {
    const owners: readonly Owner[] = [...stores.environments.list(), ...stores.zones.list(), ...stores.pools.list()];
    for (const show of series) show(owners);
  });
}

type Row<L extends string> = readonly [Labels<L>, number];

function rows<L extends string>(
  meter: Meter,
  definition: MetricDefinition<L>,
  of: (owner: Owner) => readonly Row<L>[],
): (owners: readonly Owner[]) => void {
  const gauge = meter.gauge(definition);
  let shown: readonly Row<L>[] = [];
  return (owners) => {
    for (const [labels] of shown) gauge.remove(labels);
    shown = owners.flatMap(of);
    for (const [labels, value] of shown) gauge.set(labels, value);
  };
}

const head = (owner: Owner) => ({
  kind: owner.kind,
  namespace: owner.metadata.namespace ?? '',
  name: owner.metadata.name,
});

function skews(owner: Owner): readonly Row<'kind' | 'namespace' | 'name' | 'fleet'>[] {
  const servers = (owner.status?.resources ?? []).filter((record) => record.type === 'Server');
  const zones = new Set(servers.map((record) => record.zone ?? ''));
  const all = zones.size < 2 ? new Set([...zones, '(other zone)']) : zones;
  return [...Map.groupBy(servers, (record) => fleetOf(record.name))].map(([fleet, records]) => [
    { ...head(owner), fleet },
    skew(
      countByZone(
        all,
        records.map((record) => ({ zone: record.zone ?? '' })),
      ),
    ),
  ]);
}

function drifts(owner: Owner): readonly Row<'kind' | 'namespace' | 'name' | 'class' | 'decision'>[] {
  const open = (owner.status?.drift ?? []).filter((entry: DriftEntry) => entry.decision !== 'Repaired');
  return [...Map.groupBy(open, (entry) => `${entry.class}|${entry.decision}`)].map(([key, entries]) => {
    const [kind = '', decision = ''] = key.split('|');
    return [{ ...head(owner), class: kind, decision }, entries.length];
  });
}

function findings(owner: Owner): readonly Row<'kind' | 'namespace' | 'name' | 'severity'>[] {
  return [...Map.groupBy(owner.status?.findings ?? [], (finding) => finding.severity)].map(([severity, entries]) => [
    { ...head(owner), severity },
    entries.length,
  ]);
}
