// What may be wished: the kinds, their types, conditions and names.
export * from './account.ts';
export * from './condition.ts';
export * from './conditions.ts';
export * from './effective.ts';
export * from './environment.ts';
export * from './kinds.ts';
export * from './names.ts';
export * from './object.ts';
export * from './pool.ts';
export * from './reasons.ts';
export * from './relations.ts';
export * from './status.ts';
export * from './zone.ts';
