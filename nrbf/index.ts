export type { NrbfProblem } from './problem';
export * from './read';
export * from './value';
