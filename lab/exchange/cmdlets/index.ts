import type { CmdletBehaviour } from '../cmdlet';
import { availabilityGroups } from './availability-groups';
import { certificates } from './certificates';
import { databases } from './databases';
import { health } from './health';
import { organizationWide } from './organization';
import { outlookAnywhere } from './outlook-anywhere';
import { servers } from './servers';
import { virtualDirectories } from './virtual-directories';

const ALL: readonly CmdletBehaviour[] = [
  ...virtualDirectories,
  ...outlookAnywhere,
  ...servers,
  ...certificates,
  ...availabilityGroups,
  ...databases,
  ...health,
  ...organizationWide,
];

/** Every cmdlet that the lab answers, by its name in lower case. */
export const BEHAVIOURS: ReadonlyMap<string, CmdletBehaviour> = new Map(
  ALL.map((behaviour) => [behaviour.name.toLowerCase(), behaviour]),
);
