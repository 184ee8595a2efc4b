import Ajv2020 from 'ajv/dist/2020';
import { App, TerraformStack, Testing } from 'cdktf';
import schema from '../../docs/exchange-plan.schema.json';
import { ExchangeSite } from '../../constructs/exchange-site';
import { elementsOf } from '../../exchange/element';
import { exchangePlan } from '../../exchange/plan/exchange-plan';
import { exchangePlanScript } from '../../exchange/plan/script';
import { resolveSite } from '../../exchange/resolve-site';
import type { ExchangeSiteProps } from '../../exchange/site';
import { server, site } from './sites';

const { certificate } = site();
const declared: ExchangeSiteProps = site({
  certificate: { ...certificate, names: [...certificate.names, 'imap.contoso.com'] },
  servers: [server(1), server(2, { mailProtocols: { imap: { host: 'imap.contoso.com' } } })],
  health: { timeoutSeconds: 60, connectivity: { tests: ['IMAP', 'ActiveSync'] } },
});

function checksOf(props: ExchangeSiteProps) {
  const { elements, diagnostics } = resolveSite(props);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return elementsOf(elements, 'exchange-object').filter(
    ({ definition }) => definition.typeName === 'exchange_connectivity_check',
  );
}

describe('tests after the records', () => {
  test('are made where they are declared only', () => {
    expect(checksOf(site())).toEqual([]);
  });

  test('test a mail protocol on the servers that have a name of it', () => {
    expect(checksOf(declared).map(({ id, attributes }) => [id, attributes['tests']])).toEqual([
      ['EX01-connectivity', ['ActiveSync']],
      ['EX02-connectivity', ['ActiveSync', 'IMAP']],
    ]);
  });

  test('test the servers that are named', () => {
    const one = { tests: ['ActiveSync'], servers: ['ex02'] } as const;
    expect(checksOf({ ...declared, health: { connectivity: one } }).map(({ server: name }) => name)).toEqual([
      'EX02',
    ]);
  });

  test('wait for the gate of the server and the records of its names, and for those of no other', () => {
    const [first, second] = checksOf(declared);
    expect(first?.dependsOn[0]).toBe('EX01-health');
    expect(second?.dependsOn[0]).toBe('EX02-health');
    expect(first?.dependsOn).not.toContain('imap_contoso_com-A');
    expect(second?.dependsOn).toContain('imap_contoso_com-A');
    expect(Object.keys(second?.attributes['triggers'] as object)).toEqual(
      expect.arrayContaining(['certificate', 'activesync', 'dns-imap_contoso_com-A']),
    );
  });

  test('come after everything that they wait for, and let no record set inherit that it is created first', () => {
    const { elements } = resolveSite(declared);
    const ids = elements.map(({ id }) => id);
    for (const check of checksOf(declared)) {
      for (const before of check.dependsOn) expect(ids.indexOf(before)).toBeLessThan(ids.indexOf(check.id));
    }
    const stack = new TerraformStack(new App({ stackTraces: false }), 'tested');
    new ExchangeSite(stack, 'Default', declared);
    const { resource } = JSON.parse(Testing.synth(stack)) as {
      readonly resource: {
        readonly [type: string]: { readonly [name: string]: { readonly lifecycle?: object } };
      };
    };
    expect(
      Object.values(resource['exchange_connectivity_check'] ?? {}).map(({ lifecycle }) => lifecycle),
    ).toEqual([{ create_before_destroy: false }, { create_before_destroy: false }]);
  });
});

describe('tests that sign in', () => {
  const signing: ExchangeSiteProps = {
    ...declared,
    health: {
      connectivity: {
        tests: ['ActiveSync', 'Autodiscover'],
        mailbox: 'probe@contoso.com',
        account: 'CONTOSO\\probe',
      },
    },
  };
  const planned = () => exchangePlan('tested', signing, resolveSite(signing));

  test('ask for the credential once, and never hold it', () => {
    const plan = planned();
    expect(plan.inputs.at(-1)).toEqual({
      name: 'MailboxCredential',
      kind: 'credential',
      description: 'User name and password of CONTOSO\\probe, which tests sign in as',
    });
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
    expect([validate(JSON.parse(JSON.stringify(plan))), validate.errors]).toEqual([true, null]);
    const step = plan.steps.find(({ id }) => id === 'EX01-connectivity');
    expect(step).toMatchObject({
      parameters: {
        ClientAccessServer: 'EX01',
        MailboxCredential: { secret: 'the credential of CONTOSO\\probe', input: 'MailboxCredential' },
      },
      wait: { seconds: 0, property: 'Result', equals: 'Success' },
    });
  });

  test('ask Autodiscover of each server for the URLs of all, behind its certificate', () => {
    const urls = (path: string) => [`https://mail.contoso.com${path}`];
    const asked = planned().steps.filter(({ kind }) => kind === 'autodiscover-answer');
    expect(asked.map(({ server: of }) => of)).toEqual(['EX01', 'EX02']);
    expect(asked[0]).toMatchObject({
      id: 'EX01-connectivity/autodiscover://EX01.contoso.local:443/autodiscover.contoso.com',
      name: 'autodiscover.contoso.com',
      thumbprint: { reference: 'EX01-certificate', property: 'Thumbprint' },
      mailbox: 'probe@contoso.com',
      urls: {
        'owa internal': urls('/owa'),
        'owa external': urls('/owa'),
        'ews internal': urls('/EWS/Exchange.asmx'),
        'oab external': urls('/OAB'),
      },
    });
  });

  test('stand in the script in a part of their own, which asks for the credential', () => {
    const script = exchangePlanScript('tested', signing, resolveSite(signing), (file) => file);
    const lines = script.split('\r\n').map((line) => line.trim());
    expect(lines).toEqual(
      expect.arrayContaining([
        '# .PARAMETER MailboxCredential',
        "# User name and password of 'CONTOSO\\probe'. Left out: they are asked for, where a chosen part tests with",
        "if ($null -eq $MailboxCredential -and @($Part | Where-Object { @('connectivity:EX01', 'connectivity:EX02') -contains $_ }).Count -gt 0) {",
        "Write-Output 'To be looked at: what Autodiscover of EX01 (EX01.contoso.local, asked for autodiscover.contoso.com) hands out for probe@contoso.com, for example by Test E-mail AutoConfiguration of Outlook.'",
        '[System.Management.Automation.PSCredential] $MailboxCredential,',
        "$MailboxCredential = Get-Credential -Credential 'CONTOSO\\probe'",
        "if ($Part -contains 'connectivity:EX01') {",
        "Write-Output 'ews internal: https://mail.contoso.com/EWS/Exchange.asmx'",
      ]),
    );
    expect(script).toContain(
      "Test-ActiveSyncConnectivity -ClientAccessServer 'EX01' -MailboxCredential $MailboxCredential",
    );
  });
});
