/** What is wrong with where Exchange is said to be reached. */
export type EndpointFault =
  'characters' | 'not-a-url' | 'password' | 'scheme' | 'no-server' | 'user' | 'no-user';

/** Schemes of the endpoints that there are. What goes over http: Kerberos seals, and nothing else goes there. */
const SCHEMES = ['http:', 'https:', 'ssh:', 'process:'];

/** Of several faults the gravest: a password that stands in it must never be shown. */
export function endpointFault(text: string): EndpointFault | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && url.password !== '') return 'password';
  // The parser drops some characters that do not show and takes others for parts of a name: another server is meant.
  if (!/^[\x21-\x7e]*$/.test(text)) return 'characters';
  if (url === undefined) return 'not-a-url';
  if (!SCHEMES.includes(url.protocol)) return 'scheme';
  if (url.protocol === 'process:') return undefined;
  // The parser takes the first word of the path for the server where there is none: https:///PowerShell/.
  if (url.hostname === '' || !/^[a-z]+:\/\/[^/\\]/i.test(text)) return 'no-server';
  if (url.protocol === 'ssh:') return url.username === '' ? 'no-user' : undefined;
  return url.username === '' ? undefined : 'user';
}
