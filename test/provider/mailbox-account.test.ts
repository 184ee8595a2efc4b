import type { AutodiscoverProbe } from '../../exchange/resources/probe';
import { Credential, SecureText } from '../../powershell/invocation';
import { lookFailed } from '../../provider/look-problem';
import { signInProblem } from '../../provider/mailbox-account';

const PASSWORD = 'canary-mailbox-5b02';

const probe = (user: string, password = PASSWORD): AutodiscoverProbe => ({
  kind: 'autodiscover',
  server: 'EX1',
  host: 'ex1.contoso.com',
  port: 443,
  name: 'autodiscover.contoso.com',
  thumbprint: '0'.repeat(40),
  mailbox: 'probe@contoso.com',
  mailboxCredential: new Credential(user, new SecureText(password, 'the mailbox password')),
  urls: {},
  seconds: 1,
  reason: 'because',
});

describe('signing in as the account that tests a mailbox', () => {
  test('is refused where the user has a colon, which would end the name in Basic authentication', () => {
    const problem = signInProblem({ probe: probe('pro:be@contoso.com') });
    expect(problem?.summary).toBe('pro:be@contoso.com cannot sign in with Basic authentication');
    expect(problem?.detail).toContain('has a colon in it');
    expect(JSON.stringify(problem)).not.toContain(PASSWORD);
  });

  test('is refused with an empty password, which says so', () => {
    expect(signInProblem({ probe: probe('pro:be@contoso.com', '') })?.summary).toBe(
      'The password of pro:be@contoso.com is not given',
    );
  });

  test('may be tried with any other account, and by a cmdlet, which takes colons', () => {
    expect(signInProblem({ probe: probe('CONTOSO\\probe') })).toBeUndefined();
    const MailboxCredential = probe('pro:be@contoso.com').mailboxCredential;
    if (MailboxCredential === undefined) throw new Error('none');
    const invocation = { cmdlet: 'Test-PopConnectivity', parameters: { MailboxCredential } };
    expect(signInProblem({ invocation })).toBeUndefined();
  });
});

test.each([
  [true, true],
  [false, false],
])(
  'a sign-in that is refused names the encoding where characters are beyond ASCII: %s',
  (isBeyondAscii, named) => {
    const problem = { kind: 'not-let-in', status: 401, account: 'probe@contoso.com', isBeyondAscii } as const;
    expect(lookFailed(probe('probe@contoso.com'), problem).detail.includes('UTF-8')).toBe(named);
  },
);
