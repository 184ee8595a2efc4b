/** What is wrong with a declared endpoint. */
export type EndpointFault =
  'characters' | 'not-a-url' | 'password' | 'scheme' | 'no-server' | 'user' | 'no-user';

/** The supported schemes. Over `http:` only messages that Kerberos has encrypted are sent. */
const SCHEMES = ['http:', 'https:', 'ssh:', 'process:'];

/** The most serious of several faults. A password in the endpoint must never be shown. */
export function endpointFault(text: string): EndpointFault | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && url.password !== '') return 'password';
  // The URL parser drops some hidden characters and keeps others as part of the name, so that the URL would name
  // another server than the one that people read. Visible characters beyond ASCII are refused with them.
  if (!/^[\x21-\x7e]*$/.test(text)) return 'characters';
  if (url === undefined) return 'not-a-url';
  if (!SCHEMES.includes(url.protocol)) return 'scheme';
  if (url.protocol === 'process:') return undefined;
  // Where the server is missing, as in https:///PowerShell/, the URL parser takes the first segment of the path for it.
  if (url.hostname === '' || !/^[a-z]+:\/\/[^/\\]/i.test(text)) return 'no-server';
  if (url.protocol === 'ssh:') return url.username === '' ? 'no-user' : undefined;
  return url.username === '' ? undefined : 'user';
}
