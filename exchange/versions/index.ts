export * from './catalog';
export * from './lifespan';
export * from './snap-in';
export * from './version';
export type { ParameterFact } from './delta';
