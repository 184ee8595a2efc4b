import { RemotingError, type RemotingFacts } from '../../remoting-error';
import { addMissing, parametersOf } from './query';

const HTTPS_PORT = 443;
const SHOWN_CHARACTERS = 200;

/** The server answered a request by sending us elsewhere. */
export class Redirected extends RemotingError {
  constructor(
    readonly location: string,
    facts: RemotingFacts,
  ) {
    super('redirected', `the server redirects the session to ${location.slice(0, SHOWN_CHARACTERS)}`, facts);
  }
}

/**
 * A host and port that a server may send us to. Takes `ex2.contoso.com:8443`, or `ex2.contoso.com` for port 443. An
 * IPv6 address needs brackets. `undefined` for any other text.
 */
export function redirectTarget(text: string): string | undefined {
  if (!/^(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.test(text)) return undefined;
  return URL.canParse(`https://${text}`) ? targetOf(new URL(`https://${text}`)) : undefined;
}

/**
 * The URL that a server sends us to. The credentials go along, and on another port there may be somebody else's
 * program: so host and port must be those of `from`, or be among `targets`. The query belongs to the session (at
 * Exchange's endpoint it says how objects are serialized): its parameters are added where the location does not name
 * them.
 *
 * @param targets as `redirectTarget` gives them
 * @throws RemotingError `redirected` where it is not allowed, with `redirectTarget` where it could be allowed
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
  throw new RemotingError(
    'redirected',
    `${from.hostname} redirects the session to ${shown}, which is not allowed`,
    {
      host: from.hostname,
      noEffect: true,
      location: shown,
      ...(target === undefined ? {} : { redirectTarget: target }),
    },
  );
}

function targetOf({ hostname, port }: URL): string {
  return `${hostname.toLowerCase()}:${port === '' ? HTTPS_PORT : port}`;
}
