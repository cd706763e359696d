// The public face of the runtime: everything a composition root or a controller needs, nothing of finance or cloud.
export * from './kube-types.ts';
export * from './kube.ts';
export * from './outcome.ts';
export * from './manager-types.ts';
export { systemClock, systemRandom } from './clock.ts';
