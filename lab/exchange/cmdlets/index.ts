import type { CmdletBehaviour } from '../cmdlet';
import { availabilityGroups } from './availability-groups';
import { certificates } from './certificates';
import { clientAccessArrays } from './client-access-arrays';
import { connectivity } from './connectivity';
import { databases } from './databases';
import { files } from './files';
import { health } from './health';
import { organizationWide } from './organization';
import { outlookAnywhere } from './outlook-anywhere';
import { outlookProviders } from './outlook-providers';
import { servers } from './servers';
import { virtualDirectories } from './virtual-directories';

const ALL: readonly CmdletBehaviour[] = [
  ...virtualDirectories,
  ...outlookAnywhere,
  ...outlookProviders,
  ...servers,
  ...certificates,
  ...clientAccessArrays,
  ...availabilityGroups,
  ...databases,
  ...health,
  ...connectivity,
  ...organizationWide,
  ...files,
];

const BEHAVIOURS: ReadonlyMap<string, CmdletBehaviour> = byName(ALL);

/**
 * Cmdlets that are imported when they are first called: they need a library of half a megabyte, and each plan starts a
 * session.
 */
const IMPORTED_WHEN_CALLED: ReadonlySet<string> = new Set([
  'import-exchangecertificate',
  'export-exchangecertificate',
  'new-exchangecertificate',
]);

/** The implementation of a cmdlet, by name in any letter case; undefined where the lab does not simulate it. */
export async function behaviourOf(cmdlet: string): Promise<CmdletBehaviour | undefined> {
  const name = cmdlet.toLowerCase();
  if (!IMPORTED_WHEN_CALLED.has(name)) return BEHAVIOURS.get(name);
  const { certificateFiles } = await import('./certificate-files');
  return byName(certificateFiles).get(name);
}

function byName(behaviours: readonly CmdletBehaviour[]): ReadonlyMap<string, CmdletBehaviour> {
  return new Map(behaviours.map((behaviour) => [behaviour.name.toLowerCase(), behaviour]));
}
