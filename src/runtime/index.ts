// What controllers see of the runtime: the port to the API server, outcomes, and the manager. The classes that a composition
// root or a reconciler constructs are imported from their own files.
export * from './kube-types.ts';
export * from './kube.ts';
export * from './outcome.ts';
export * from './manager-types.ts';
