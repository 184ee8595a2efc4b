export type * from './engine/definition';
export { differences, equivalent, keepSpelling } from './engine/equality';
export { serve, type Loadable } from './serve';
export { log } from './wire/log';
