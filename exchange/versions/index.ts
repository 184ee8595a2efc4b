export * from './catalog';
export * from './version';
export type { ParameterFact } from './delta';
