// The coordination.k8s.io/v1 Lease and the pure part of electing a leader with it, as client-go does it.
import { formatMicroTime } from '../kernel/timestamp.ts';
import type { KubeObject, ObjectMeta, ResourceKind } from './kube-types.ts';

/** The fields of a Lease that an election uses; times are metav1.MicroTime. */
export interface LeaseSpec {
  readonly holderIdentity?: string | null;
  readonly leaseDurationSeconds?: number | null;
  readonly acquireTime?: string | null;
  readonly renewTime?: string | null;
  readonly leaseTransitions?: number | null;
}

/** A Lease object. */
export interface Lease extends KubeObject {
  readonly metadata: ObjectMeta;
  readonly spec?: LeaseSpec;
}

/** Where leases are served. */
export const LEASES: ResourceKind<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};

/** What a candidate last saw of the lease, and when by its own monotonic clock: others' clocks prove nothing. */
export interface Observation {
  readonly lease: Lease;
  readonly at: number;
}

/** Takes note of a lease; an unchanged record keeps the time at which it was first seen. */
export function observe(last: Observation | undefined, lease: Lease, at: number): Observation {
  const same = last !== undefined && JSON.stringify(last.lease.spec ?? {}) === JSON.stringify(lease.spec ?? {});
  return { lease, at: same ? last.at : at };
}

/** Whether another candidate must be taken to be leading still. */
export function heldByOther(seen: Observation, identity: string, now: number): boolean {
  const holder = seen.lease.spec?.holderIdentity;
  if (!holder || holder === identity) return false;
  return now < seen.at + (seen.lease.spec?.leaseDurationSeconds ?? 0) * 1000;
}

/** Who asks for the lease. */
export interface Claim {
  readonly identity: string;
  readonly leaseMs: number;
  /** Wall time, for the record only. */
  readonly now: number;
}

/** The lease with us as holder; a change of holder counts as a transition. */
export function claim(lease: Lease, { identity, leaseMs, now }: Claim): Lease {
  const { spec } = lease;
  const kept = spec?.holderIdentity === identity;
  const time = formatMicroTime(now);
  return {
    ...lease,
    spec: {
      ...spec,
      holderIdentity: identity,
      leaseDurationSeconds: Math.max(1, Math.ceil(leaseMs / 1000)),
      acquireTime: kept ? (spec.acquireTime ?? time) : time,
      renewTime: time,
      leaseTransitions: (spec?.leaseTransitions ?? 0) + (kept || !spec?.holderIdentity ? 0 : 1),
    },
  };
}

/** The lease given back: free for the next candidate at once. */
export function release(lease: Lease, now: number): Lease {
  const time = formatMicroTime(now);
  return {
    ...lease,
    spec: { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: time, renewTime: time },
  };
}
