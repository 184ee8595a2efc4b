import type { Endpoint } from '../../../provider/endpoint';
import { hostOf, portOf } from '../../../remoting/transports/wsman/http-channel';

/** A place to look at. `windows` is Windows' own WSMan service, beside Exchange's directory in IIS. */
export interface Place {
  readonly kind: 'http' | 'https' | 'windows-http' | 'windows-https' | 'ssh';
  readonly host: string;
  readonly port: number;
  /** Empty for SSH. */
  readonly path: string;
}

export type Ports = { readonly [kind in Place['kind']]: number };

const STANDARD: Ports = { http: 80, https: 443, ssh: 22, 'windows-https': 5986, 'windows-http': 5985 };
const EXCHANGE_PATH = '/PowerShell/';
const WINDOWS_PATH = '/wsman';

/** The places where the server of an endpoint may have doors: at the standard ports, and where the endpoint says. */
export function placesOf(endpoint: Endpoint, ports: Ports = STANDARD): readonly Place[] {
  const own = ownPlace(endpoint);
  if (own === undefined) return [];
  return (Object.keys(ports) as Place['kind'][]).map((kind) =>
    kind === own.kind ? own : { kind, host: own.host, port: ports[kind], path: pathOf(kind) },
  );
}

/** The place of the endpoint itself; `undefined` for a process. */
export function ownPlace(endpoint: Endpoint): Place | undefined {
  switch (endpoint.kind) {
    case 'process':
      return undefined;
    case 'ssh':
      return { kind: 'ssh', host: endpoint.host, port: endpoint.port, path: '' };
    case 'wsman': {
      const url = new URL(endpoint.url);
      const scheme = url.protocol === 'http:' ? 'http' : 'https';
      const isWindows = url.pathname.toLowerCase().startsWith(WINDOWS_PATH);
      const kind = isWindows ? (`windows-${scheme}` as const) : scheme;
      return { kind, host: hostOf(url), port: portOf(url), path: url.pathname };
    }
  }
}

export function addressOf({ kind, host, port, path }: Place): string {
  const scheme = kind.replace('windows-', '');
  const url = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`;
  return kind === 'ssh' ? url.replace(/:22$/, '') : new URL(url).href;
}

function pathOf(kind: Place['kind']): string {
  if (kind === 'ssh') return '';
  return kind.startsWith('windows-') ? WINDOWS_PATH : EXCHANGE_PATH;
}
