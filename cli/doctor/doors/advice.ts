import { ENVIRONMENT } from '../../../provider/configuration';
import type { Endpoint } from '../../../provider/endpoint';
import { WSMAN_SECRETS } from '../../../provider/wsman-endpoint';
import { DOOR_NAMES, type Door, type DoorFinding } from './door';
import { addressOf, ownPlace } from './place';

/**
 * The best door first: those of Exchange, and among them the one that leaves the least behind and depends on the least.
 */
const RANK: readonly Door[] = [
  'http-kerberos',
  'https-kerberos',
  'https-basic',
  'https',
  'ssh',
  'windows-https',
  'windows-http',
];

/** How to connect where the endpoint failed, in a sentence or two; `undefined` where there is no door at all. */
export function advice(findings: readonly DoorFinding[], endpoint: Endpoint): string | undefined {
  const ranked = [...findings].sort((a, b) => RANK.indexOf(a.door) - RANK.indexOf(b.door));
  const open = ranked.find(({ state }) => state === 'open');
  if (open !== undefined) {
    const name = DOOR_NAMES[open.door];
    return isOf(endpoint, open)
      ? `The endpoint already uses the best way that is open, ${name}. The failed check above says what is wrong with it.`
      : `Use ${name}: ${settingsOf(open)}.`;
  }
  const faulty = ranked.find((finding) => finding.state === 'faulty');
  return faulty?.state === 'faulty'
    ? `No way is open. The best one to repair is ${DOOR_NAMES[faulty.door]}. ${faulty.remedy}`
    : undefined;
}

/** Whether this is the door that the endpoint uses. */
function isOf(endpoint: Endpoint, { door, address }: DoorFinding): boolean {
  const place = ownPlace(endpoint);
  if (place === undefined || addressOf(place) !== address) return false;
  if (endpoint.kind !== 'wsman') return true;
  return endpoint.authentication.kind === (door === 'https-basic' ? 'basic' : 'negotiate');
}

function settingsOf({ door, address }: DoorFinding): string {
  const at = (url: string): string => `${ENVIRONMENT.endpoint}=${url}`;
  switch (door) {
    case 'http-kerberos':
      return `${at(address)} (docs/sign-in/)`;
    case 'https-basic':
      return `${at(address)} and ${ENVIRONMENT.authentication}=basic, with ${ENVIRONMENT.user} and ${WSMAN_SECRETS.passwordFile}`;
    case 'ssh':
      return `${at(address.replace('://', '://user@'))}, if its sshd has PowerShell as a subsystem`;
    case 'windows-http':
    case 'windows-https':
      return `${at(address)} with ${ENVIRONMENT.shell_resource}=http://schemas.microsoft.com/powershell/Microsoft.PowerShell, ${ENVIRONMENT.authentication}=negotiate and ${ENVIRONMENT.snap_in}`;
    default:
      return `${at(address)} and ${ENVIRONMENT.authentication}=negotiate (docs/sign-in/)`;
  }
}
