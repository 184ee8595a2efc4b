export type * from './engine/definition';
export { serve } from './serve';
