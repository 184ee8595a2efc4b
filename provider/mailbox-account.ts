import type { Facts, Probe, Step } from '../exchange/resources';
import { Credential, SecureText } from '../powershell/invocation';
import type { Change } from '../plugin';
import type { Diagnostic } from '../schema';

const PASSWORD_REMEDY =
  'Set TF_VAR_mailbox_password for the deploy. Or take health.connectivity.account out of the declaration: the tests then use the test mailbox of Exchange.';

/** The account that signs in to test a mailbox, where the change names one. */
export function mailboxFacts(change: Change): Pick<Facts, 'mailbox'> {
  const account = accountOf(change);
  if (account === null) return {};
  const password = change.config?.['mailbox_password'];
  const given = typeof password === 'string' ? password : '';
  return { mailbox: new Credential(account, new SecureText(given, 'the mailbox password')) };
}

/** Only a warning: a plan does not need the password, the deploy does. */
export function missingPasswordWarning(change: Change): readonly Diagnostic[] {
  const account = accountOf(change);
  if (account === null || (change.config?.['mailbox_password'] ?? null) !== null) return [];
  return [
    {
      severity: 'warning',
      summary: `The password of ${account} is not given`,
      detail: `After the DNS records are published, tests sign in as this account. ${PASSWORD_REMEDY}`,
    },
  ];
}

/** Why a step must not sign in as the account that it names; undefined where it may. */
export function signInProblem(
  step: Pick<Step, 'invocation'> | { readonly probe: Probe },
): Diagnostic | undefined {
  return emptyPasswordProblem(step) ?? colonProblem(step);
}

/** Refuses a step that would sign in with an empty password: repeated attempts would lock the account. */
function emptyPasswordProblem(
  step: Pick<Step, 'invocation'> | { readonly probe: Probe },
): Diagnostic | undefined {
  const given =
    'invocation' in step
      ? Object.values(step.invocation.parameters)
      : 'mailboxCredential' in step.probe
        ? [step.probe.mailboxCredential]
        : [];
  const empty = given.find(
    (value): value is Credential => value instanceof Credential && value.password.reveal() === '',
  );
  if (empty === undefined) return undefined;
  return {
    severity: 'error',
    summary: `The password of ${empty.user} is not given`,
    detail: `So no test signed in as this account. ${PASSWORD_REMEDY}`,
  };
}

/**
 * In Basic authentication the first colon ends the user name (RFC 7617, section 2): the server would try another
 * account, with a password that begins with the rest of this name.
 */
function colonProblem(step: Pick<Step, 'invocation'> | { readonly probe: Probe }): Diagnostic | undefined {
  if ('invocation' in step || !('mailboxCredential' in step.probe)) return undefined;
  const { mailboxCredential: credential } = step.probe;
  if (!(credential instanceof Credential) || !credential.user.includes(':')) return undefined;
  return {
    severity: 'error',
    summary: `${credential.user} cannot sign in with Basic authentication`,
    detail:
      'The user name has a colon in it, which ends the name in Basic authentication. Nothing was sent. Write the account in another form (probe@contoso.com or CONTOSO\\probe) in health.connectivity.account, or name another one.',
  };
}

function accountOf({ planned }: Change): string | null {
  const account = planned?.['account'];
  return typeof account === 'string' ? account : null;
}
