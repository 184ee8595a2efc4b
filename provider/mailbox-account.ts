import type { Facts, Probe, Step } from '../exchange/resources';
import { Credential, SecureText } from '../powershell/invocation';
import type { Change } from '../plugin';
import type { Diagnostic } from '../schema';

const PASSWORD_REMEDY =
  'Set TF_VAR_mailbox_password for the deploy. Or take health.connectivity.account out of the declaration, and with it the test Autodiscover, which needs an account: the other tests then use the test mailbox that New-TestCasConnectivityUser.ps1 of Exchange creates.';

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

/** Refuses a step that would sign in with an empty password: repeated attempts would lock the account. */
export function emptyPasswordProblem(
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

function accountOf({ planned }: Change): string | null {
  const account = planned?.['account'];
  return typeof account === 'string' ? account : null;
}
