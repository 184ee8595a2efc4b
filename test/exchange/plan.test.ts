import Ajv2020 from 'ajv/dist/2020';
import schema from '../../docs/exchange-plan.schema.json';
import { exchangePlan } from '../../exchange/plan/exchange-plan';
import { unknownCertificate, type CmdletStep } from '../../exchange/plan/model';
import { resolveSite } from '../../exchange/resolve-site';
import type { ExchangeSiteProps, SiteCertificate } from '../../exchange/site';
import { makeSelfSigned } from '../../pki';
import { ExchangeVersion } from '../../exchange/versions';
import { dag, server, site, siteOf2007 } from './sites';

const planOf = (declaration: ExchangeSiteProps) =>
  exchangePlan('contoso', declaration, resolveSite(declaration));
const right = site();
const stretched = site({
  dag: { ...dag, alternateWitness: { server: 'FS02', directory: 'C:\\Witness\\DAG01' } },
  certificate: { ...right.certificate, services: ['IIS', 'SMTP'], replaceDefaultSmtpCertificate: true },
});

const keeping = site({ certificate: { ...right.certificate, services: ['IIS', 'SMTP'] } });
const balanced = site({ dns: { ...right.dns, publish: { virtualIp: '192.0.2.100' } } });

function stepOf(declaration: ExchangeSiteProps, id: string): CmdletStep {
  const found = planOf(declaration).steps.find((step) => step.id === id);
  if (found === undefined || !('cmdlet' in found)) throw new Error(`no cmdlet step ${id}`);
  return found;
}

/** What lies at the certificate file of a declaration that names one. */
const committed = makeSelfSigned({
  commonName: 'mail.contoso.com',
  subjectAlternativeNames: ['mail.contoso.com', 'Autodiscover.contoso.com'],
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2027-01-01T00:00:00Z'),
}).certificate;
const mail: SiteCertificate = {
  pfxFile: 'certificates/smtp.pfx',
  names: ['smtp.contoso.com'],
  services: ['SMTP'],
  certificateFile: 'certificates/mail.crt',
};
const several = site({ certificate: { web: right.certificate, 'e-mail': mail } });
const committing = site({ certificate: { ...right.certificate, certificateFile: 'certificates/mail.crt' } });
const committedPlan = () =>
  exchangePlan(
    'contoso',
    committing,
    resolveSite(committing, new Map([['certificates/mail.crt', { content: committed.der }]])),
  );

describe('exchange-plan.json', () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

  test.each([
    ['two servers', right],
    ['an alternate witness and SMTP', stretched],
    ['SMTP beside the default certificate', keeping],
    ['several certificates', several],
    ['a file on servers of 2007', siteOf2007()],
    ['maintenance', site({ maintenance: true })],
    [
      'addresses of both kinds behind a balancer',
      site({ dns: { ...right.dns, publish: { virtualIp: ['192.0.2.9', '2001:db8::9'] } } }),
    ],
    [
      'cleared names',
      site({ namespaces: { ...right.namespaces, client: { internal: 'mail.contoso.com', external: null } } }),
    ],
  ])('has the documented form: %s', (_what, declaration) => {
    validate(JSON.parse(JSON.stringify(planOf(declaration))));
    expect(validate.errors).toBeNull();
  });

  test('says which certificate the committed file holds, in the documented form', () => {
    expect(committedPlan().certificate).toEqual({
      file: 'certificates/mail.crt',
      thumbprint: committed.thumbprint,
      subject: 'CN=mail.contoso.com',
      issuer: 'CN=mail.contoso.com',
      names: ['autodiscover.contoso.com', 'mail.contoso.com'],
      notAfter: '2027-01-01T00:00:00.000Z',
    });
    validate(JSON.parse(JSON.stringify(committedPlan())));
    expect(validate.errors).toBeNull();
  });

  test('says of each step in which session it runs, where its server has one of its own', () => {
    const mixed = site({
      servers: [
        server(1),
        server(2, { version: ExchangeVersion.V2010, endpoint: 'https://ex02.contoso.local/PowerShell/' }),
      ],
      dag: { ...dag, members: ['EX01'] },
    });
    const plan = planOf(mixed);
    expect(plan.sessions).toEqual({
      EX02: { endpoint: 'https://ex02.contoso.local/PowerShell/', version: '2010' },
    });
    const sessions = plan.steps.flatMap((step) =>
      'cmdlet' in step ? [[step.server, step.session].join()] : [],
    );
    expect(new Set(sessions)).toEqual(new Set(['EX01,', 'EX02,EX02', ',']));
    validate(JSON.parse(JSON.stringify(plan)));
    expect(validate.errors).toBeNull();
    expect(planOf(right)).not.toHaveProperty('sessions');
  });

  test('names each of several certificates, and the inputs that give its file and its password', () => {
    const files = new Map([['certificates/mail.crt', { content: committed.der }]]);
    const plan = exchangePlan('contoso', several, resolveSite(several, files));
    expect(plan).not.toHaveProperty('certificate');
    expect(plan.certificates).toMatchObject({
      web: { unknown: unknownCertificate('web') },
      'e-mail': { file: 'certificates/mail.crt', thumbprint: committed.thumbprint },
    });
    expect(unknownCertificate('web')).toContain('names no certificate.web.certificateFile');
    expect(plan.inputs.map(({ name, kind }) => [name, kind])).toEqual([
      ['PfxPathWeb', 'file'],
      ['PfxPasswordWeb', 'secret'],
      ['PfxPathEMail', 'file'],
      ['PfxPasswordEMail', 'secret'],
    ]);
    const imports = plan.steps.flatMap((step) =>
      'cmdlet' in step && step.cmdlet === 'Import-ExchangeCertificate' ? [step] : [],
    );
    expect(
      imports.slice(0, 2).map(({ id, parameters }) => [id, parameters['FileData'], parameters['Password']]),
    ).toEqual([
      [
        'EX01-certificate_e-mail',
        { file: 'certificates/smtp.pfx', input: 'PfxPathEMail' },
        { secret: 'the password of the PFX file of the certificate e-mail', input: 'PfxPasswordEMail' },
      ],
      [
        'EX01-certificate',
        { file: 'certificates/mail.pfx', input: 'PfxPathWeb' },
        { secret: 'the password of the PFX file of the certificate web', input: 'PfxPasswordWeb' },
      ],
    ]);
    validate(JSON.parse(JSON.stringify(plan)));
    expect(validate.errors).toBeNull();
    expect(validate({ ...plan, certificate: planOf(right).certificate })).toBe(false);
    expect(validate({ ...plan, certificates: undefined })).toBe(false);
  });

  test('says that synth does not know the certificate where none is committed', () => {
    expect(planOf(right).certificate).toEqual({ unknown: unknownCertificate(null) });
    expect(unknownCertificate(null)).toContain('Synth does not know the certificate in the PFX file');
    expect(validate({ ...planOf(right), certificate: {} })).toBe(false);
  });

  test('the schema refuses a step without a reason, and one with a secret in it', () => {
    const plan = planOf(right);
    const [first, ...others] = plan.steps;
    expect(validate({ ...plan, steps: [{ ...first, reason: undefined }, ...others] })).toBe(false);
    expect(validate({ ...plan, password: 'x' })).toBe(false);
  });

  test('every step has its own id and waits only for steps before it', () => {
    const done = new Set<string>();
    for (const { id, after } of planOf(stretched).steps) {
      expect(done.has(id)).toBe(false);
      after.forEach((before) => expect([id, before, done.has(before)]).toEqual([id, before, true]));
      done.add(id);
    }
  });

  test('an id stays when its resource gets one more step', () => {
    const ids = (declaration: ExchangeSiteProps) => planOf(declaration).steps.map(({ id }) => id);
    expect(ids(stretched)).toEqual(expect.arrayContaining([...ids(right)]));
    expect(ids(stretched)).toContain('dag-DAG01/Set-DatabaseAvailabilityGroup');
    expect(stepOf(stretched, 'EX01-dag-member').after).toContain('dag-DAG01/Set-DatabaseAvailabilityGroup');
  });

  test('the file, the password and the thumbprint are named, not given', () => {
    expect(stepOf(right, 'EX02-certificate').parameters).toEqual({
      Server: 'EX02',
      FileData: { file: 'certificates/mail.pfx' },
      Password: { secret: 'the password of the PFX file' },
      PrivateKeyExportable: true,
    });
    expect(stepOf(right, 'EX02-certificate/Enable-ExchangeCertificate').parameters['Thumbprint']).toEqual({
      reference: 'EX02-certificate',
      property: 'Thumbprint',
    });
  });

  test('what a cmdlet may ask is there with its answer', () => {
    const text = 'Overwrite the existing default SMTP certificate?';
    expect(stepOf(stretched, 'EX02-certificate/Enable-ExchangeCertificate').question).toEqual({
      text,
      answer: 'yes',
    });
    expect(stepOf(keeping, 'EX02-certificate/Enable-ExchangeCertificate').question).toEqual({
      text,
      answer: 'no',
    });
    expect(stepOf(right, 'EX02-certificate/Enable-ExchangeCertificate').question).toBeUndefined();
  });

  test('a gate says what it waits for', () => {
    expect(stepOf(right, 'EX02-health').wait).toEqual({
      seconds: 900,
      property: 'RequiredServicesRunning',
      equals: true,
    });
    expect(stepOf(right, 'EX02-health/Get-HealthReport').wait).toMatchObject({
      objects: { property: 'HealthSet' },
      property: 'AlertValue',
      equals: 'Healthy',
    });
  });

  test('what the runner looks at comes after the gate of the server, with where and what must be seen', () => {
    const looking = site({
      namespaces: { client: 'mail.contoso.com', autodiscover: 'mail.contoso.com' },
      mailProtocols: { imap: { host: 'imap.contoso.com' } },
      certificate: { ...right.certificate, names: ['*.contoso.com'] },
      health: {
        protocols: ['owa', 'outlook-anywhere'],
        timeoutSeconds: 60,
        fromRunner: { certificates: ['IIS', 'IMAP'], healthcheck: true },
      },
    });
    const plan = planOf(looking);
    validate(JSON.parse(JSON.stringify(plan)));
    expect(validate.errors).toBeNull();
    const { steps } = plan;
    const common = { server: 'EX01', host: 'EX01.contoso.local', seconds: 60 };
    const thumbprint = { reference: 'EX01-certificate', property: 'Thumbprint' };
    const looks = steps.filter(
      ({ kind, server: of }) => (kind === 'shown-certificate' || kind === 'health-page') && of === 'EX01',
    );
    const [web, own, imap, rpc, owa] = looks;
    expect(web).toEqual({
      ...common,
      id: 'EX01-health/tls://EX01.contoso.local:443/mail.contoso.com',
      kind: 'shown-certificate',
      scheme: 'tls',
      name: 'mail.contoso.com',
      port: 443,
      thumbprint,
      after: ['EX01-health/Get-HealthReport'],
      reason: 'Clients must be shown the declared certificate before they are sent to the server.',
    });
    expect(own).toMatchObject({ name: 'ex01.contoso.local', port: 443, thumbprint });
    expect(imap).toMatchObject({ name: 'imap.contoso.com', port: 993, thumbprint });
    expect(rpc).toMatchObject({
      kind: 'health-page',
      url: 'https://EX01.contoso.local/rpc/healthcheck.htm',
      port: 443,
      thumbprint,
    });
    expect(owa).toMatchObject({ url: 'https://EX01.contoso.local/owa/healthcheck.htm', after: [rpc?.id] });
    expect(looks).toHaveLength(5);
    // The next server waits for the last of them.
    expect(steps.find(({ id }) => id === 'EX02-certificate')?.after).toContain(owa?.id);
  });

  test('without its being declared the runner looks at nothing', () => {
    expect(planOf(right).steps.map(({ kind }) => kind)).not.toContain('shown-certificate');
    expect(planOf(right).steps.map(({ kind }) => kind)).not.toContain('health-page');
  });

  test('a record set says that what is there already is merged, or that it is imported', () => {
    const reasons = (declaration: ExchangeSiteProps) =>
      planOf(declaration).steps.flatMap((step) => (step.kind === 'dns' ? [step.reason] : []));
    expect(reasons(right)[0]).toContain('stay beside these');
    expect(reasons(site({ dns: { ...right.dns, existingRecords: ['MAIL.contoso.com'] } }))[0]).toContain(
      'imported first',
    );
  });

  test('with round robin no step is about a load balancer', () => {
    expect(planOf(right).steps.filter(({ kind }) => kind === 'load-balancer')).toEqual([]);
  });

  test('behind a virtual address each server joins the pool after its own gate, and DNS comes last', () => {
    const steps = planOf(balanced).steps;
    expect(steps.slice(-4)).toEqual([
      {
        id: 'EX01-pool',
        server: 'EX01',
        kind: 'load-balancer',
        virtualAddresses: ['192.0.2.100'],
        addresses: ['192.0.2.1'],
        healthTests: [
          ['autodiscover', 'https://autodiscover.contoso.com/Autodiscover/HealthCheck.htm'],
          ['outlookAnywhere', 'https://mail.contoso.com/rpc/HealthCheck.htm'],
          ['owa', 'https://mail.contoso.com/owa/HealthCheck.htm'],
          ['ecp', 'https://mail.contoso.com/ecp/HealthCheck.htm'],
          ['activesync', 'https://mail.contoso.com/Microsoft-Server-ActiveSync/HealthCheck.htm'],
          ['ews', 'https://mail.contoso.com/EWS/HealthCheck.htm'],
          ['oab', 'https://mail.contoso.com/OAB/HealthCheck.htm'],
          ['mapi', 'https://mail.contoso.com/mapi/HealthCheck.htm'],
        ].map(([service, url]) => ({ service, url, virtualAddresses: ['192.0.2.100'] })),
        after: ['EX01-health/Get-HealthReport'],
        reason:
          'The load balancer may send users to the server now that it is healthy. Add it there with its own tool.',
      },
      expect.objectContaining({
        id: 'EX02-pool',
        addresses: ['192.0.2.2'],
        after: ['EX02-health/Get-HealthReport'],
      }),
      expect.objectContaining({ kind: 'dns', addresses: ['192.0.2.100'] }),
      expect.objectContaining({ kind: 'dns', addresses: ['192.0.2.100'] }),
    ]);
  });

  test('nothing is asked of servers before 2013, and the layer stands there where it is declared', () => {
    const pool = (version: ExchangeVersion, layer?: 4 | 7) =>
      planOf(
        site({
          servers: [server(1, { version })],
          dns: {
            zones: [{ name: 'contoso.com' }],
            publish: { virtualIp: '192.0.2.100', ...(layer === undefined ? {} : { layer }) },
          },
        }),
      ).steps.flatMap((step) => (step.kind === 'load-balancer' ? [step] : []));
    expect(pool(ExchangeVersion.V2010)[0]).not.toHaveProperty('healthTests');
    expect(pool(ExchangeVersion.V2016)[0]?.healthTests).toHaveLength(8);
    expect(pool(ExchangeVersion.V2016)[0]).not.toHaveProperty('layer');
    expect(pool(ExchangeVersion.V2016, 7)[0]?.layer).toBe(7);
  });

  test('what a witness without Exchange needs is described before the DAG, which waits for it', () => {
    const { steps } = planOf(right);
    const at = steps.findIndex(({ kind }) => kind === 'described');
    expect(steps[at]).toEqual({
      id: 'witness-FS01',
      server: null,
      kind: 'described',
      host: 'FS01.contoso.local',
      commands: ['net localgroup Administrators "<DOMAIN>\\Exchange Trusted Subsystem" /add'],
      after: [],
      reason: expect.stringContaining('Exchange Trusted Subsystem') as string,
    });
    expect(steps[at + 1]).toMatchObject({ kind: 'dag', after: ['witness-FS01'] });
    const on = { ...dag, members: ['EX01'], witness: { ...dag.witness, server: 'EX02' } };
    expect(planOf(site({ dag: on })).steps.filter(({ kind }) => kind === 'described')).toEqual([]);
  });

  test('the same declaration gives the same bytes', () => {
    expect(JSON.stringify(planOf(site()))).toBe(JSON.stringify(planOf(site())));
  });
});
