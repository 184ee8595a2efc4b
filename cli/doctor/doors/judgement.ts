import { isIP } from 'node:net';
import { ENVIRONMENT } from '../../../provider/configuration';
import type { Endpoint } from '../../../provider/endpoint';
import { connectionRemedy } from '../../../provider/connection-problem';
import type { Door, DoorFinding } from './door';
import { addressOf, type Place } from './place';
import type { Sight } from './sight';

/**
 * The doors at a place, from what a look at it showed.
 *
 * @param endpoint that the user configured: remedies name its settings
 */
export function judged(place: Place, sight: Sight, endpoint: Endpoint): readonly DoorFinding[] {
  const finding = finder(place);
  switch (sight.kind) {
    case 'nothing':
      return [finding.closed(`no connection: ${sight.why}`)];
    case 'silence':
      return [
        finding.faulty(
          'it accepts connections, but does not answer',
          'Look at what listens on this port: IIS, or the application pool of the directory PowerShell, may hang.',
        ),
      ];
    case 'cut':
      return [
        finding.faulty(
          `it closes the connection: ${sight.why}`,
          'A firewall or proxy that refuses this machine closes connections like this. Look for one on the way, and at what listens on this port.',
        ),
      ];
    case 'stranger':
      return [finding.closed(`what listens on this port speaks another protocol: ${sight.why}`)];
    case 'no-tls':
      return [finding.faulty(sight.error.message, connectionRemedy(sight.error, endpoint))];
    case 'ssh':
      return [
        finding.open(
          `${sight.software}; whether it has the subsystem of PowerShell shows only after a sign-in`,
        ),
      ];
    case 'answer':
      return sight.status === 401
        ? challenged(place, sight, endpoint)
        : [finding.faulty(...withoutChallenge(place, sight))];
  }
}

type Answer = Extract<Sight, { readonly kind: 'answer' }>;

const OFFERS_KERBEROS = ['kerberos', 'negotiate'];

/** The doors of a server that asks clients to authenticate. */
function challenged(place: Place, answer: Answer, endpoint: Endpoint): readonly DoorFinding[] {
  const { schemes } = answer;
  const offered = schemes.length === 0 ? 'nothing' : schemes.map(spelled).join(', ');
  const isKerberos = OFFERS_KERBEROS.some((scheme) => schemes.includes(scheme));
  switch (place.kind) {
    case 'http':
      return [
        isKerberos
          ? named(place, 'http-kerberos', 'it asks for Kerberos')
          : finder(place).faulty(
              `it does not offer Kerberos; it offers ${offered}`,
              'By default the IIS module kerbauth of the directory PowerShell asks for Kerberos: compare the modules of the directory with those of another Exchange server. The provider never sends a password over plain HTTP.',
            ),
      ];
    case 'https': {
      const kerberos = isKerberos
        ? named(place, 'https-kerberos', 'it asks for Kerberos')
        : finder(place, 'https-kerberos').closed(`it offers ${offered}`);
      const basic = schemes.includes('basic')
        ? finder(place, 'https-basic').open('it accepts a user and a password')
        : finder(place, 'https-basic').closed(`it offers ${offered}; Basic is off, as by default`);
      return [kerberos, basic].map((finding) => withCertificate(finding, answer, endpoint));
    }
    case 'windows-http':
    case 'windows-https': {
      const finding = isKerberos
        ? named(place, place.kind, NO_CMDLETS)
        : finder(place).faulty(
            `it does not offer Kerberos; it offers ${offered}`,
            "Turn Kerberos or Negotiate on in the service's settings (winrm get winrm/config/service/auth).",
          );
      return [withCertificate(finding, answer, endpoint)];
    }
    case 'ssh':
      return [];
  }
}

const NO_CMDLETS = `its sessions have the cmdlets of Exchange only with a snap-in, which bypasses role-based access control`;

function withCertificate(finding: DoorFinding, { distrust }: Answer, endpoint: Endpoint): DoorFinding {
  if (distrust === undefined || finding.state !== 'open') return finding;
  const { door, address, port } = finding;
  const remedy = connectionRemedy(distrust, endpoint);
  return { door, address, port, state: 'faulty', detail: distrust.message, remedy };
}

/** A door with Kerberos, which knows a server only by the name of its account. */
function named(place: Place, door: Door, well: string): DoorFinding {
  if (isIP(place.host) === 0) return finder(place, door).open(well);
  return finder(place, door).faulty(
    `${well}, but Kerberos knows servers by name, and ${place.host} is an address`,
    `Write the server's full name in ${ENVIRONMENT.endpoint}.`,
  );
}

/** The door of an answer that does not ask to authenticate, as Exchange's directory and Windows' service would. */
function withoutChallenge(
  { kind, path }: Place,
  { status, location }: Answer,
): readonly [detail: string, remedy: string] {
  const isWindows = kind.startsWith('windows-');
  if (status >= 300 && status < 400) {
    return [
      `it redirects to ${location === '' ? 'no address' : location} (HTTP ${status})`,
      'Remove the redirection from the directory PowerShell in IIS; the directory inherits a redirection of the web site.',
    ];
  }
  if (status === 403 && kind === 'http') {
    return [
      'it refuses the request (HTTP 403), as it does if TLS is required',
      'Turn Require SSL off for the directory PowerShell in IIS, as it is by default; Kerberos encrypts the messages all the same. Or use HTTPS.',
    ];
  }
  if (status === 404) {
    return [
      `it has no ${path} (HTTP 404)`,
      isWindows
        ? 'What listens on this port is not the WS-Management service of Windows.'
        : 'Name an Exchange server with the client access role, not a proxy or another machine.',
    ];
  }
  if (status >= 500) {
    return [
      `it fails (HTTP ${status})`,
      'Look at the application pool of the directory PowerShell in IIS; HTTP 503 means that the pool is stopped.',
    ];
  }
  return [
    `it answers HTTP ${status} and does not ask for a sign-in`,
    'A proxy may answer here, or a web site without the directory PowerShell: open the address in a browser to see.',
  ];
}

/** Makes findings about a door. Left out, it is the one that a place is known by. */
function finder(place: Place, door: Door = DOORS[place.kind]) {
  const where = { door, address: addressOf(place), port: place.port };
  return {
    open: (detail: string): DoorFinding => ({ ...where, state: 'open', detail }),
    closed: (detail: string): DoorFinding => ({ ...where, state: 'closed', detail }),
    faulty: (detail: string, remedy: string): DoorFinding => ({ ...where, state: 'faulty', detail, remedy }),
  };
}

const DOORS: { readonly [kind in Place['kind']]: Door } = {
  http: 'http-kerberos',
  https: 'https',
  'windows-http': 'windows-http',
  'windows-https': 'windows-https',
  ssh: 'ssh',
};

function spelled(scheme: string): string {
  return scheme === 'ntlm' ? 'NTLM' : scheme.charAt(0).toUpperCase() + scheme.slice(1);
}
