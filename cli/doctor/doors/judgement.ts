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
          'it takes connections, and says nothing',
          'Look at what listens there: IIS or the application pool of the directory may hang.',
        ),
      ];
    case 'cut':
      return [
        finding.faulty(
          `it cuts the connection: ${sight.why}`,
          'Look at what stands between and at what listens there: a firewall or proxy that refuses this machine cuts connections so.',
        ),
      ];
    case 'stranger':
      return [finding.closed(`what is there speaks another protocol: ${sight.why}`)];
    case 'no-tls':
      return [finding.faulty(sight.error.message, connectionRemedy(sight.error, endpoint))];
    case 'ssh':
      return [
        finding.open(`${sight.software}; only a sign-in tells whether it has the subsystem of PowerShell`),
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
              `it offers ${offered}, and no Kerberos`,
              'In the default configuration of IIS the module kerbauth of the directory PowerShell asks for Kerberos: compare the modules of the directory with those of another Exchange server. A password is never sent over plain HTTP.',
            ),
      ];
    case 'https': {
      const kerberos = isKerberos
        ? named(place, 'https-kerberos', 'it asks for Kerberos')
        : finder(place, 'https-kerberos').closed(`it offers ${offered}`);
      const basic = schemes.includes('basic')
        ? finder(place, 'https-basic').open('it takes a user and a password')
        : finder(place, 'https-basic').closed(`it offers ${offered}; Basic is off, as by default`);
      return [kerberos, basic].map((finding) => withCertificate(finding, answer, endpoint));
    }
    case 'windows-http':
    case 'windows-https': {
      const finding = isKerberos
        ? named(place, place.kind, NO_CMDLETS)
        : finder(place).faulty(
            `it offers ${offered}, and no Kerberos`,
            "Turn Kerberos or Negotiate on in the service's settings (winrm get winrm/config/service/auth).",
          );
      return [withCertificate(finding, answer, endpoint)];
    }
    case 'ssh':
      return [];
  }
}

const NO_CMDLETS = `its sessions have no cmdlets of Exchange without a snap-in, which bypasses role-based access control`;

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
    `${well}, which knows servers by name, and ${place.host} is an address`,
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
      `it sends on to ${location === '' ? 'nowhere' : location} (HTTP ${status})`,
      'Take the redirection off the directory PowerShell in IIS: those of the site are inherited by it.',
    ];
  }
  if (status === 403 && kind === 'http') {
    return [
      'it is forbidden there (HTTP 403), as where TLS is required',
      'Turn Require SSL off for the directory PowerShell in IIS, as by default; messages are sealed all the same. Or take HTTPS.',
    ];
  }
  if (status === 404) {
    return [
      `it has no ${path} (HTTP 404)`,
      isWindows
        ? 'What listens there is not the WS-Management service of Windows.'
        : 'Name a server of Exchange that takes clients, and no proxy or other machine.',
    ];
  }
  if (status >= 500) {
    return [
      `it fails (HTTP ${status})`,
      'Look at the application pool of the directory PowerShell in IIS: 503 means that it is stopped.',
    ];
  }
  return [
    `it answers HTTP ${status} and does not ask who is there`,
    'What answers may be a proxy, or a site without the directory PowerShell: look at it with a browser.',
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
