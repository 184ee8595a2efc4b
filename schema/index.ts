export * from './attribute';
export * from './diagnostic';
export * from './path';
export * from './problem';
export * from './value';
export * from './visible';
