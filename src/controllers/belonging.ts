// Where a zone or pool belongs: its environment of the same namespace, which brings account, region, mode and policy.
import {
  type BastionPool,
  type FinanceCloudEnvironment,
  type SecurityZone,
  effectiveDeletionPolicy,
} from '../crds/index.ts';
import type { Dependency } from '../plan/change.ts';
import type { Admission, Belonging, Stores } from './kind.ts';

/** The environment that a zone or pool names, or the dependency that says it is missing. */
export function belongsTo(object: SecurityZone | BastionPool, stores: Stores): Belonging | Dependency {
  const environment = stores.environments.get(`${object.metadata.namespace ?? ''}/${object.spec.environmentRef.name}`);
  if (environment === undefined) return missingEnvironment(object.spec.environmentRef.name);
  return {
    environment,
    mode: environment.spec.mode,
    deletionPolicy: effectiveDeletionPolicy(object.spec, environment),
  };
}

/** The dependency on an environment that is not there. */
export function missingEnvironment(name: string): Dependency {
  return { kind: 'FinanceCloudEnvironment', name, fact: 'existence (it was not found in this namespace)' };
}

/** Judges again what the admission policies judged when the object was applied: objects may come in any order. */
export function environmentAdmits(
  environment: FinanceCloudEnvironment | undefined,
  object: SecurityZone | BastionPool,
  problems: () => readonly string[],
): Admission {
  if (environment === undefined)
    return { kind: 'waiting', dependency: missingEnvironment(object.spec.environmentRef.name) };
  const found = problems();
  return found.length > 0 ? { kind: 'invalid', message: found.join('; ') } : { kind: 'ok' };
}
