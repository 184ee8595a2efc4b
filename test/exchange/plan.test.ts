import Ajv2020 from 'ajv/dist/2020';
import fc from 'fast-check';
import schema from '../../docs/exchange-plan.schema.json';
import { exchangePlan } from '../../exchange/plan/exchange-plan';
import type { CmdletStep } from '../../exchange/plan/model';
import { POOL_REASON } from '../../exchange/plan/planned-step';
import { exchangePlanScript } from '../../exchange/plan/script';
import { resolveSite } from '../../exchange/resolve-site';
import type { ExchangeSiteProps } from '../../exchange/site';
import { site } from './sites';

const planOf = (declaration: ExchangeSiteProps) =>
  exchangePlan('contoso', declaration, resolveSite(declaration));
const scriptOf = (declaration: ExchangeSiteProps) =>
  exchangePlanScript('contoso', declaration, resolveSite(declaration));
const right = site();
const dag = right.dag!;
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

describe('exchange-plan.json', () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);

  test.each([
    ['two servers', right],
    ['an alternate witness and SMTP', stretched],
    ['SMTP beside the default certificate', keeping],
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
    expect(stepOf(right, 'EX02-certificate-services').parameters['Thumbprint']).toEqual({
      reference: 'EX02-certificate',
      property: 'Thumbprint',
    });
  });

  test('what a cmdlet may ask is there with its answer', () => {
    const text = 'Overwrite the existing default SMTP certificate?';
    expect(stepOf(stretched, 'EX02-certificate-services').question).toEqual({ text, answer: 'yes' });
    expect(stepOf(keeping, 'EX02-certificate-services').question).toEqual({ text, answer: 'no' });
    expect(stepOf(right, 'EX02-certificate-services').question).toBeUndefined();
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
        after: ['EX01-health/Get-HealthReport'],
        reason: POOL_REASON,
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

  test('the same declaration gives the same bytes', () => {
    expect(JSON.stringify(planOf(site()))).toBe(JSON.stringify(planOf(site())));
    expect(scriptOf(site())).toBe(scriptOf(site()));
  });
});

describe('exchange-plan.ps1', () => {
  test('runs the same cmdlets as the JSON has, in the same order', () => {
    const cmdlets = planOf(stretched).steps.flatMap((step) => ('cmdlet' in step ? [step.cmdlet] : []));
    const inScript = scriptOf(stretched)
      .split('\n')
      .filter((line) => !line.trimStart().startsWith('#'))
      .flatMap(
        (line) =>
          /(?:^\s*|= |@\()((?:Set|New|Add|Import|Enable|Test|Get)-(?!Date|Location)[A-Z][A-Za-z]+)/.exec(
            line,
          )?.[1] ?? [],
      )
      .filter((cmdlet) => cmdlet !== 'Set-StrictMode');
    expect(inScript).toEqual(cmdlets);
  });

  test('asks for the password as a secure string and holds none', () => {
    const script = scriptOf(right);
    expect(script).toContain('[System.Security.SecureString] $PfxPassword');
    expect(script).not.toMatch(/ConvertTo-SecureString|-AsPlainText/);
  });

  test('keeps what an import returns where a later step needs it', () => {
    expect(scriptOf(right)).toContain('$EX02Certificate = Import-ExchangeCertificate @call');
    expect(scriptOf(right)).toContain('-Thumbprint $EX02Certificate.Thumbprint');
  });

  test('says right before the cmdlet what to answer', () => {
    const lines = scriptOf(keeping).split('\n');
    const said =
      "Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is No.'";
    const told = lines.filter((line) => line.includes('Overwrite'));
    expect(told.map((line) => line.trim())).toEqual([said, said]);
    lines.forEach((line, index) => {
      if (line.includes('Overwrite')) expect(lines[index + 1]).toMatch(/Enable-ExchangeCertificate/);
    });
    expect(scriptOf(right)).not.toContain('Overwrite');
  });

  test('a value is data: no letter of it ends its quotes', () => {
    const hostile = fc.string({ unit: 'binary', minLength: 1 });
    const quotes = fc.stringMatching(/^['\u2018\u2019\u201a\u201b"\u201c$`;(){}#\n -]+$/);
    fc.assert(
      fc.property(fc.oneof(hostile, quotes), (text) => {
        const directory = `C:\\${text}`;
        const script = scriptOf(site({ dag: { ...dag, witness: { ...dag.witness, directory } } }));
        const plain = scriptOf(site({ dag: { ...dag, witness: { ...dag.witness, directory: 'C:\\x' } } }));
        const literal = `'${directory.replace(/['\u2018-\u201b]/g, '$&$&')}'`;
        // With the literal taken out, nothing else may differ, and the whole is what it was.
        expect(
          script
            .replace(/^\ufeff/, '')
            .split(literal)
            .join(`'C:\\x'`),
        ).toBe(plain);
      }),
      { numRuns: 300 },
    );
  });

  test('a line break in a file name does not end a comment', () => {
    const script = scriptOf(
      site({ certificate: { ...right.certificate, pfxFile: 'a\nRemove-Mailbox\r\u2028b' } }),
    );
    expect(script.split(/[\r\n\u0085\u2028\u2029]/).filter((line) => line.startsWith('Remove-'))).toEqual([]);
  });

  test('begins with a byte order mark exactly where a letter is not ASCII', () => {
    const german = site({ dag: { ...dag, witness: { ...dag.witness, directory: 'C:\\Zeugen für DAG01' } } });
    expect(scriptOf(german).startsWith('\ufeff#')).toBe(true);
    expect(scriptOf(right).startsWith('#')).toBe(true);
  });

  test('a server can be run alone: its steps stand under its name', () => {
    const script = scriptOf(right);
    expect(script).toContain(`[ValidateSet('organization', 'EX01', 'EX02', 'dns')]`);
    const blocks = script.split(/^if \(\$Part -contains '/m).slice(1);
    expect(blocks.map((block) => block.slice(0, block.indexOf(`'`)))).toEqual([
      'EX01',
      'EX02',
      'EX01',
      'organization',
      'EX01',
      'EX02',
      'dns',
    ]);
    expect(blocks.filter((block) => block.startsWith('EX02')).join('')).not.toContain('EX01');
  });

  test('behind a virtual address it says whom to add to the pool, under the name of the server', () => {
    const lines = scriptOf(balanced).split('\n');
    const at = lines.indexOf("    Write-Output 'Add to the pool behind 192.0.2.100: EX02 192.0.2.2'");
    expect(at).toBeGreaterThan(lines.findLastIndex((line) => line.includes('Wait-Healthy -Server')));
    expect(
      lines
        .slice(0, at)
        .reverse()
        .find((line) => line.startsWith('if (')),
    ).toBe("if ($Part -contains 'EX02') {");
  });

  test('it names the DNS server where the declaration does', () => {
    const zone = { name: 'contoso.com', server: '192.0.2.53' };
    expect(scriptOf(site({ dns: { zones: [zone] } }))).toContain(
      "'Publish now in the zone contoso.com at 192.0.2.53:'",
    );
    expect(scriptOf(right)).toContain("'Publish now in the zone contoso.com:'");
  });

  test('brackets and braces outside of text are closed', () => {
    const text = scriptOf(stretched)
      .split('\n')
      .filter((line) => !line.trimStart().startsWith('#'))
      .join('\n')
      .replace(/'(?:[^']|'')*'/g, '');
    const open: string[] = [];
    for (const character of text.replace(/[^()[\]{}]/g, '')) {
      if ('([{'.includes(character)) open.push(character);
      else expect(open.pop()).toBe({ ')': '(', ']': '[', '}': '{' }[character]);
    }
    expect(open).toEqual([]);
  });
});
