export * from './catalog';
export * from './lifespan';
export * from './version';
export type { ParameterFact } from './delta';
