import { join } from 'node:path';
import type { DnsClient, DnsClientOptions } from '../../dns/client';
import { RCODES } from '../../dns/codes';
import { DnsError } from '../../dns/dns-error';
import { KerberosRefused } from '../../dns/kerberos-sign-in';
import { SecureText } from '../../powershell/invocation';
import { refusalProblem, updateOptionsFor, updateRefusal, type Refusal } from '../../provider/dns-updates';
import { path } from '../../schema';
import { diagnosticText } from '../diagnostic-text';
import { GoldenSections } from '../golden-sections';

/** What people are told before a deploy where DNS would not take its records. */
const golden = new GoldenSections(
  join(__dirname, 'golden/update-refusals.txt'),
  'What is said where DNS would not take the records of a deploy.',
);

const ZONE = 'contoso.com.';
const PLACE = 'in dns.zones of the declaration';
const UNSIGNED: DnsClientOptions = { server: 'dns1', port: 53, transport: 'tcp', timeoutMs: 1, retries: 0 };
const KEYED: DnsClientOptions = {
  ...UNSIGNED,
  key: { name: 'deploy.', algorithm: 'hmac-sha256', secret: Buffer.from('canary') },
};
const signedBy = (signIn: NonNullable<DnsClientOptions['kerberos']>['signIn']): DnsClientOptions => ({
  ...UNSIGNED,
  kerberos: { realm: 'CONTOSO.COM', signIn },
});
const PASSWORD = signedBy({
  kind: 'password',
  principal: 'deploy',
  password: new SecureText('canary', 'it'),
});
const ACCOUNT = signedBy({ kind: 'account' });

const answering = (answer: number | Error) =>
  ({
    update: async () => {
      if (answer instanceof Error) throw answer;
      return { rcode: answer };
    },
  }) as unknown as DnsClient;

function text(refusal: Refusal | undefined): string {
  if (refusal === undefined) return '(the update is taken)\n';
  return diagnosticText(refusalProblem('contoso.com', refusal, 'error', path('dns', 'zones')));
}

const WAYS = { unsigned: UNSIGNED, 'with a key': KEYED, 'by Kerberos': PASSWORD, 'as oneself': ACCOUNT };

const CASES: readonly (readonly [title: string, tell: () => Promise<string>])[] = [
  ...(['NOERROR', 'REFUSED', 'NOTAUTH', 'NOTZONE', 'NOTIMP', 'SERVFAIL'] as const).flatMap((rcode) =>
    Object.entries(WAYS).map(([way, options]): [string, () => Promise<string>] => [
      `${rcode} to an update ${way}`,
      async () => text(await updateRefusal(ZONE, answering(RCODES[rcode]), options, PLACE)),
    ]),
  ),
  ...Object.entries(WAYS).map(([way, options]): [string, () => Promise<string>] => [
    `no answer to an update ${way}`,
    async () => text(await updateRefusal(ZONE, answering(new DnsError('no answer came')), options, PLACE)),
  ]),
  [
    'no ticket',
    async () => {
      const error = new KerberosRefused('there is no ticket', 'Get one. Then go on.');
      return text(await updateRefusal(ZONE, answering(error), PASSWORD, PLACE));
    },
  ],
  ['no server', async () => text(updateOptionsFor(update({}), {}, PLACE) as Refusal)],
  [
    'wrong settings',
    async () => text(updateOptionsFor(update({ server: 'dns1', key_name: 'deploy' }), {}, PLACE) as Refusal),
  ],
];

function update(settings: { readonly [name: string]: string }) {
  return { zone: ZONE, view: null, ...settings } as unknown as Parameters<typeof updateOptionsFor>[0];
}

let told: ReadonlyMap<string, string>;

beforeAll(async () => {
  told = new Map(await Promise.all(CASES.map(async ([title, tell]) => [title, await tell()] as const)));
  golden.update(() => [...told]);
});

test.each(CASES)('%s', (title) => {
  expect(told.get(title)).toBe(golden.text(title));
});

test('no other case is in the golden file', () => {
  expect(golden.titles).toEqual(CASES.map(([title]) => title));
});

test('a site that only warns of it is not stopped', () => {
  const refusal = { reason: 'it answers REFUSED', remedy: 'Allow it' };
  expect(refusalProblem('contoso.com', refusal, 'warning', path('dns'))).toEqual({
    severity: 'warning',
    summary: 'DNS does not take updates of the zone contoso.com',
    detail: 'it answers REFUSED.\nAllow it.',
    path: path('dns'),
  });
});

test('an error of another kind is not taken for an answer', async () => {
  const broken = updateRefusal(ZONE, answering(new TypeError('broken')), UNSIGNED, PLACE);
  await expect(broken).rejects.toThrow('broken');
});

test('no secret is told', () => {
  expect([...told.values()].join('')).not.toMatch(/canary/);
});
