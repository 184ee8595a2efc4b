import type { AutodiscoverProbe } from '../../exchange/resources/probe';
import { Credential, SecureText } from '../../powershell/invocation';
import { lookFailed } from '../../provider/look-problem';
import { emptyPasswordProblem } from '../../provider/mailbox-account';

const probe = (user: string, password = 'a password'): AutodiscoverProbe => ({
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

test('signing in with an empty password is refused, which says so', () => {
  const { summary } = emptyPasswordProblem({ probe: probe('probe@contoso.com', '') }) ?? {};
  expect(summary).toBe('The password of probe@contoso.com is not given');
  expect(emptyPasswordProblem({ probe: probe('probe@contoso.com') })).toBeUndefined();
});

test.each([
  [401, true, true],
  [401, false, false],
  [403, true, false],
] as const)(
  'a sign-in that is refused (%i) names the encoding where characters are beyond ASCII: %s',
  (status, isBeyondAscii, named) => {
    const problem = { kind: 'not-let-in', status, account: 'probe@contoso.com', isBeyondAscii } as const;
    expect(lookFailed(probe('probe@contoso.com'), { problem, end: 'lasting' }).detail.includes('UTF-8')).toBe(
      named,
    );
  },
);
