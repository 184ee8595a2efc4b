import type { Endpoint } from '../../provider/endpoint';
import { connectionRemedy } from '../../provider/connection-problem';
import { RemotingError, type Reached, type RemotingErrorKind } from '../../remoting/remoting-error';
import type { Check, CheckName, Verdict } from './check';
import { failed, ok, skipped } from './check';
import type { Checkup } from './checkup';

/**
 * A session is opened once, exactly as the provider opens it. Where that fails, the kind of the error shows how far it
 * came. What the error does not show is left open, and never counts as passed.
 */
interface Stage {
  readonly fails: CheckName;
  /** The checks that had certainly passed before. */
  readonly proves: readonly CheckName[];
}

const SECURE: readonly CheckName[] = ['tls', 'host-key'];
const KNOWN: readonly CheckName[] = [...SECURE, 'authentication'];
const UNTOLD: Stage = { fails: 'session', proves: [] };
/** IIS may answer like this before it has looked at the credentials. */
const BEFORE_SIGN_IN: Stage = { fails: 'session', proves: SECURE };

const STAGES: { readonly [kind in RemotingErrorKind]: Stage } = {
  unreachable: UNTOLD,
  'tls-untrusted': { fails: 'tls', proves: [] },
  'tls-name-mismatch': { fails: 'tls', proves: [] },
  'tls-expired': { fails: 'tls', proves: [] },
  'tls-version': { fails: 'tls', proves: [] },
  'host-key-unknown': { fails: 'host-key', proves: [] },
  'host-key-changed': { fails: 'host-key', proves: [] },
  'host-key-revoked': { fails: 'host-key', proves: [] },
  'authentication-refused': { fails: 'authentication', proves: SECURE },
  'access-denied': { fails: 'session', proves: KNOWN },
  refused: { fails: 'session', proves: KNOWN },
  'not-started': { fails: 'session', proves: KNOWN },
  'not-wsman': BEFORE_SIGN_IN,
  'not-sealed': UNTOLD,
  redirected: BEFORE_SIGN_IN,
  throttled: BEFORE_SIGN_IN,
  closed: UNTOLD,
  protocol: UNTOLD,
  timeout: UNTOLD,
  'too-large': UNTOLD,
  usage: UNTOLD,
};

/** The checks that had passed at each stage, whatever failed afterwards. */
const REACHED: { readonly [reached in Reached]: readonly CheckName[] } = { peer: SECURE, user: KNOWN };

function stageOf(error: unknown): Stage {
  if (!(error instanceof RemotingError)) return UNTOLD;
  const { reached } = error.facts;
  // The server answered something else than TLS.
  if (error.facts.code?.startsWith('ERR_SSL_') === true) return { fails: 'tls', proves: [] };
  const stage = STAGES[error.kind];
  return reached === undefined ? stage : { ...stage, proves: [...stage.proves, ...REACHED[reached]] };
}

const NAMES_IN_PLAN =
  'Run the doctor with the exchange-plan.json of the site: it lists the names that the certificates of its servers may have.';

async function verdict(checkup: Checkup, name: CheckName, well: string): Promise<Verdict> {
  const opening = await checkup.opening();
  if (opening.kind === 'open') return ok(well);
  const { error } = opening;
  const { fails, proves } = stageOf(error);
  if (fails === name || name === 'session') {
    const remedy = connectionRemedy(error, checkup.endpoint, checkup.own?.server);
    const isMisnamed = error instanceof RemotingError && error.kind === 'tls-name-mismatch';
    return failed(
      error instanceof Error ? error.message : String(error),
      isMisnamed && checkup.plan === undefined ? `${remedy} ${NAMES_IN_PLAN}` : remedy,
    );
  }
  return proves.includes(name) ? ok(well) : skipped('not known, because the session failed; see below');
}

export const tls: Check = {
  name: 'tls',
  of: ['wsman'],
  run: async (checkup) => {
    const { endpoint } = checkup;
    if (endpoint.kind !== 'wsman') return skipped('this endpoint uses no TLS');
    if (new URL(endpoint.url).protocol === 'http:') {
      return skipped('not used: Kerberos encrypts each message');
    }
    const well =
      endpoint.fingerprints === null
        ? 'the certificate is trusted, and has this name or another name that the server may show'
        : 'the certificate is the pinned one';
    return await verdict(checkup, 'tls', well);
  },
};

export const hostKey: Check = {
  name: 'host-key',
  of: ['ssh'],
  run: (checkup) => verdict(checkup, 'host-key', 'the host key is the expected one'),
};

export const authentication: Check = {
  name: 'authentication',
  of: ['ssh', 'wsman'],
  run: (checkup) => verdict(checkup, 'authentication', `signed in ${signedIn(checkup.endpoint)}`),
};

export const session: Check = {
  name: 'session',
  of: ['process', 'ssh', 'wsman'],
  run: (checkup) => verdict(checkup, 'session', 'a PowerShell session is open'),
};

function signedIn(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case 'process':
      return 'as this user';
    case 'ssh':
      return `as ${endpoint.user}`;
    case 'wsman':
      switch (endpoint.authentication.kind) {
        case 'basic':
          return `as ${endpoint.authentication.user} with Basic`;
        case 'negotiate':
          return 'with Kerberos';
        case 'certificate':
          return `with the certificate ${endpoint.authentication.certificateFile}`;
      }
  }
}
