// RFC 6902 as a server applies it, for the operations that the program sends.
import type { JsonPatchOperation } from '../../src/runtime/kube.ts';

type Container = Record<string, unknown> | unknown[];

/** The patched copy; undefined when a test fails or a path is not there. */
export function applyJsonPatch(target: object, operations: readonly JsonPatchOperation[]): unknown {
  const copy: Container = JSON.parse(JSON.stringify(target));
  return operations.every((operation) => applyOne(copy, operation)) ? copy : undefined;
}

function applyOne(root: Container, operation: JsonPatchOperation): boolean {
  const steps = operation.path.split('/').slice(1).map(unescape);
  const last = steps.pop() ?? '';
  let place: unknown = root;
  for (const step of steps) place = isContainer(place) ? Reflect.get(place, step) : undefined;
  if (!isContainer(place)) return false;
  switch (operation.op) {
    case 'test':
      return JSON.stringify(Reflect.get(place, last)) === JSON.stringify(operation.value);
    case 'remove':
      return Array.isArray(place) ? place.splice(Number(last), 1).length === 1 : Reflect.deleteProperty(place, last);
    case 'add':
    case 'replace':
      return put(place, last, operation.value);
    default:
      return false;
  }
}

function put(place: Container, step: string, value: unknown): boolean {
  if (!Array.isArray(place)) return Reflect.set(place, step, value);
  if (step === '-') place.push(value);
  else place.splice(Number(step), 0, value);
  return true;
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

function unescape(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
