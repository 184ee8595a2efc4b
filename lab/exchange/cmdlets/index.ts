import type { CmdletBehaviour } from '../cmdlet';
import { servers } from './servers';
import { virtualDirectories } from './virtual-directories';

/** Every cmdlet that the lab answers, by its name in lower case. */
export const BEHAVIOURS: ReadonlyMap<string, CmdletBehaviour> = new Map(
  [...virtualDirectories, ...servers].map((behaviour) => [behaviour.name.toLowerCase(), behaviour]),
);
