import { RemotingError } from '../../remoting-error';
import { addMissing, parametersOf } from './query';

const HTTPS_PORT = 443;
const SHOWN_CHARACTERS = 200;

/**
 * A host and port that a server may send us to, from `ex2.contoso.com:8443` or, for port 443, `ex2.contoso.com`; an
 * IPv6 address stands in brackets. `undefined` where the text is anything else.
 */
export function redirectTarget(text: string): string | undefined {
  if (!/^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.test(text)) return undefined;
  return URL.canParse(`https://${text}`) ? targetOf(new URL(`https://${text}`)) : undefined;
}

/**
 * Where a server sends us. Credentials go along, and another port may be another one's program: both must have been
 * named, or be those that were asked. The query belongs to the session (at Exchange's endpoint it says how objects are
 * serialized), so that what the location does not say otherwise goes along.
 *
 * @param targets as `redirectTarget` gives them
 * @throws RemotingError `redirected` where it is not allowed, with `redirectTarget` where that would help
 */
export function followed(location: string, from: URL, targets: readonly string[]): URL {
  const url = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  const encrypted =
    url?.protocol === 'https:' && url.username === '' && url.password === '' ? url : undefined;
  const target = encrypted && targetOf(encrypted);
  if (encrypted !== undefined && target !== undefined && [targetOf(from), ...targets].includes(target)) {
    addMissing(encrypted, parametersOf(from));
    return encrypted;
  }
  const shown = location.slice(0, SHOWN_CHARACTERS);
  throw new RemotingError('redirected', `${from.hostname} sends us to ${shown}, which is not allowed`, {
    host: from.hostname,
    noEffect: true,
    location: shown,
    ...(target === undefined ? {} : { redirectTarget: target }),
  });
}

function targetOf({ hostname, port }: URL): string {
  return `${hostname.toLowerCase()}:${port === '' ? HTTPS_PORT : port}`;
}
