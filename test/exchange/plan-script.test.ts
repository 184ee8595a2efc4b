import fc from 'fast-check';
import { exchangePlan } from '../../exchange/plan/exchange-plan';
import { exchangePlanScript } from '../../exchange/plan/script';
import { seenBefore } from '../../exchange/plan/seen-before';
import { resolveSite } from '../../exchange/resolve-site';
import type { ExchangeSiteProps } from '../../exchange/site';
import { ExchangeVersion } from '../../exchange/site';
import { catalogOf } from '../../exchange/versions';
import { quote } from '../../powershell/literal';
import { makeSelfSigned } from '../../pki';
import { commandsOf, tokensOf } from '../powershell/tokens';
import type { Command } from '../powershell/tokens';
import { dag, server, site, siteOf2007 } from './sites';

/** A certificate with names that nobody should have, where the declaration names its file. */
const { certificate: committed } = makeSelfSigned({
  commonName: 'mail.contoso.com',
  subjectAlternativeNames: ['mail.contoso.com', '*.contoso.com', '.NOTES\n# .SYNOPSIS'],
  notBefore: new Date('2026-01-01T00:00:00Z'),
  notAfter: new Date('2027-01-01T00:00:00Z'),
});
const files = new Map([['certificates/mail.crt', { content: committed.der }]]);
const stepsOf = (declaration: ExchangeSiteProps) =>
  exchangePlan('contoso', declaration, resolveSite(declaration, files)).steps;
const scriptOf = (declaration: ExchangeSiteProps, name = 'contoso') =>
  exchangePlanScript(name, declaration, resolveSite(declaration, files), (pfxFile) => `../../../${pfxFile}`);
const linesOf = (declaration: ExchangeSiteProps) => scriptOf(declaration).split('\r\n');

const right = site();
const stretched = site({
  dag: { ...dag, alternateWitness: { server: 'FS02', directory: 'C:\\Witness\\DAG01' } },
  certificate: { ...right.certificate, services: ['IIS', 'SMTP'], replaceDefaultSmtpCertificate: true },
});
const balanced = site({ dns: { ...right.dns, publish: { virtualIp: '192.0.2.100' } } });
const several = site({
  certificate: {
    web: right.certificate,
    'e-mail': {
      pfxFile: 'certificates/smtp.pfx',
      names: ['smtp.contoso.com'],
      services: ['SMTP'],
      servers: ['EX02'],
      certificateFile: 'certificates/mail.crt',
    },
  },
});
/** A declaration of each version that may be declared, and one with several certificates. */
const versions = [
  ExchangeVersion.V2013,
  ExchangeVersion.V2016,
  ExchangeVersion.V2019,
  ExchangeVersion.SE,
].map((version): [string, ExchangeVersion, ExchangeSiteProps] => [
  version.label,
  version,
  { ...stretched, servers: [server(1, { version }), server(2, { version })] },
]);
const drained = { ...balanced, maintenance: true };
const { V2010 } = ExchangeVersion;
const drained2010 = site({
  servers: [server(1, { version: V2010 }), server(2, { version: V2010 })],
  authentication: { owa: { basic: true } },
  maintenance: true,
});
versions.push(['several certificates', ExchangeVersion.V2013, several]);
/** Whose script has calls around a step that are no steps. */
const maintained: typeof versions = [
  ['maintenance', ExchangeVersion.V2013, drained],
  ['maintenance of 2010', V2010, drained2010],
];

/** Cmdlets of PowerShell itself, for which `$ErrorActionPreference` of the script counts. */
const OWN = [
  'ForEach-Object',
  'Get-Date',
  'New-Object',
  'Out-String',
  'Read-Host',
  'Resolve-Path',
  'Select-Object',
  'Set-StrictMode',
  'Sort-Object',
  'Start-Sleep',
  'Test-Path',
  'Where-Object',
  'Write-Host',
  'Write-Output',
];

/** Calls that Exchange runs: neither PowerShell's own, nor of the script's functions. */
function exchangeCalls(script: string): readonly Command[] {
  const functions = [...script.matchAll(/^function (\S+) \{/gm)].map(([, name]) => name);
  return commandsOf(script).filter(({ name }) => !OWN.includes(name) && !functions.includes(name));
}

/** What Windows PowerShell 2.0 lacks, which the management shells of Exchange 2007 and 2010 are. */
const LATER =
  /\[ordered\]|\$PSScriptRoot|#requires|\[pscustomobject\]|::new\(|\s-(not)?in\s|\.(ForEach|Where)\(/i;

test('the script keeps to Windows PowerShell 2.0', () => {
  const lines = scriptOf(stretched).split('\r\n');
  expect(lines.filter((line) => LATER.test(line) && !line.trimStart().startsWith('#'))).toEqual([]);
});

test('what a person is to answer is told right before the cmdlet asks', () => {
  const certificate = { ...stretched.certificate, replaceDefaultSmtpCertificate: false };
  for (const [declaration, answer] of [
    [stretched, 'Yes'],
    [{ ...stretched, certificate }, 'No'],
  ] as const) {
    const commands = commandsOf(scriptOf(declaration));
    const asking = commands.flatMap(({ name }, index) =>
      name === 'Enable-ExchangeCertificate' ? [index] : [],
    );
    expect(asking).toHaveLength(2);
    const said = `Write-Host 'If it asks ''Overwrite the existing default SMTP certificate?'', the answer is ${answer}.'`;
    for (const index of asking) expect(commands[index - 1]?.name).toBe('Write-Host');
    expect(linesOf(declaration).filter((line) => line.trim() === said)).toHaveLength(2);
  }
  expect(scriptOf(right)).not.toContain('Overwrite');
});

test('the help says which questions a person must answer', () => {
  const helpOf = (declaration: ExchangeSiteProps) => {
    const lines = linesOf(declaration);
    const text = lines.slice(0, lines.indexOf('')).join(' ');
    return text.replace(/ # /g, ' ');
  };
  expect(helpOf(stretched)).toContain(
    `If it asks 'Overwrite the existing default SMTP certificate?', the answer is Yes.`,
  );
  expect(helpOf(right)).not.toContain('may ask');
});

describe('the calls of the script', () => {
  test.each([...versions, ...maintained])(
    '%s: each stops at an error, but for what moves databases, and its cmdlet and parameters are known',
    (_l, version, it) => {
      const calls = exchangeCalls(scriptOf(it));
      for (const { name, line, parameters } of calls) {
        expect([name, line, parameters['ErrorAction']?.map(({ value }) => value)]).toEqual([
          name,
          line,
          // Of a server with a database that has no other copy it says an error, and moves the others.
          [name === 'Move-ActiveMailboxDatabase' ? 'Continue' : 'Stop'],
        ]);
        expect(catalogOf(version).supports({ cmdlet: name, parameters })).toBeUndefined();
      }
      const cmdlets = stepsOf(it).flatMap((step) => ('cmdlet' in step ? [step.cmdlet] : []));
      expect(calls.length).toBeGreaterThan(cmdlets.length);
    },
  );

  test.each(versions)('%s: they are those of the JSON, each begun under its number', (_l, _version, it) => {
    const script = scriptOf(it);
    const begun = commandsOf(script).filter(({ name }) => name === 'Start-Step');
    const expected = stepsOf(it).flatMap((step, index) =>
      'cmdlet' in step ? [[String(index + 1), step.cmdlet, step.server ?? 'the organization']] : [],
    );
    expect(begun.map(({ parameters }) => [0, 1, 2].map((at) => parameters[at]?.[0]?.value))).toEqual(
      expected,
    );
    // Between two beginnings stands exactly the call that was announced.
    const calls = exchangeCalls(script).filter(({ line }) => line > (begun[0]?.line ?? 0));
    expect(calls.map(({ name }) => name)).toEqual(expected.map(([, cmdlet]) => cmdlet));
    calls.forEach(({ line }, index) => {
      expect(line).toBeGreaterThan(begun[index]?.line ?? Infinity);
      expect(line).toBeLessThan(begun[index + 1]?.line ?? Infinity);
    });
  });

  test('what fails a second time is looked for first, and everything else only sets values', () => {
    const cmdlets = versions.flatMap(([, , declaration]) =>
      stepsOf(declaration).flatMap((step) => ('cmdlet' in step ? [step.cmdlet] : [])),
    );
    const parameters = { Server: 'EX01', Name: 'DAG01', Identity: 'DAG01', MailboxServer: 'EX01' };
    const others = cmdlets.filter(
      (cmdlet) => seenBefore({ invocation: { cmdlet, parameters }, server: 'EX01' }) === undefined,
    );
    expect(others.filter((cmdlet) => !/^(?:Set|Enable|Test|Get)-/.test(cmdlet))).toEqual([]);
    const script = scriptOf(right);
    for (const [look, skipped, maker] of [
      [
        `Test-HasCertificate -Server 'EX02'`,
        'EX02 holds the certificate of the PFX file already',
        'Import-ExchangeCertificate',
      ],
      [
        `Test-HasGroup -Name 'DAG01'`,
        'the DAG DAG01 is there already, with whatever witness it has',
        'New-DatabaseAvailabilityGroup',
      ],
      [
        `Test-HasMember -Name 'DAG01' -Server 'EX02'`,
        'EX02 is a member of DAG01 already',
        'Add-DatabaseAvailabilityGroupServer',
      ],
    ] as const) {
      const at = script.indexOf(`if (${look}) {`);
      const rest = script.slice(at, at + 600).split('\r\n');
      expect(rest[1]?.trim()).toBe(`Skip-Step '${skipped}'`);
      expect(rest[2]?.trim()).toBe('} else {');
      expect(rest.slice(3).join('\n')).toContain(`$null = ${maker} `);
    }
  });

  test('a value that comes through remoting is compared as text', () => {
    const compared = scriptOf(stretched).matchAll(
      /(\[string\] )?\$(?:_|item|member)(?:\.\w+)? -(?:c|i)?(?:eq|ne|like|match|in|contains)\b/g,
    );
    const found = [...compared];
    expect(found.length).toBeGreaterThan(5);
    expect(found.filter(([, cast]) => cast === undefined).map(([text]) => text)).toEqual([]);
    expect(scriptOf(right)).toContain(`if ([string] $item.RequiredServicesRunning -ne 'True')`);
    expect(scriptOf(right)).toMatch(
      /\$value = \[string\] \$item\.AlertValue\r\n +if \(\$value -ne 'Healthy'\)/,
    );
  });
});

describe('what the runner looks at', () => {
  const looking = site({
    health: { protocols: ['owa'], fromRunner: { certificates: ['IIS', 'SMTP'], healthcheck: true } },
  });
  const lines = linesOf(looking).map((line) => line.trim());

  test('is repeated by a function, and compared with the certificate of the PFX', () => {
    const begun = lines.findIndex((line) => line.includes("'TLS EX01.contoso.local:443' 'EX01'"));
    expect(begun).toBeGreaterThan(0);
    expect(lines.slice(begun + 1, begun + 10)).toEqual([
      "Wait-Healthy -Server 'EX01' -Seconds 900 -Check {",
      '$call = @{',
      "HostName = 'EX01.contoso.local'",
      'Port = 443',
      "Name = 'autodiscover.contoso.com'",
      'Thumbprint = $PfxCertificate.Thumbprint',
      '}',
      'Test-ShownCertificate @call',
      '}',
    ]);
    expect(lines).toContain("Path = '/owa/HealthCheck.htm'");
    expect(
      lines.some((line) => line.endsWith("'GET https://EX01.contoso.local/owa/HealthCheck.htm' 'EX01'")),
    ).toBe(true);
  });

  test('has its function once, where something is looked at, and it sends no credentials', () => {
    const script = scriptOf(looking);
    expect(script.match(/^function Test-ShownCertificate/gm)).toHaveLength(1);
    expect(scriptOf(right)).not.toContain('Test-ShownCertificate');
    expect(script).not.toMatch(/Authorization|-Credential|DefaultCredentials/i);
    expect(() => tokensOf(script)).not.toThrow();
    expect(script).not.toMatch(/\[ordered\]|\$PSScriptRoot/);
  });

  test('what connectors select a person sees to', () => {
    expect(lines).toContain("Write-Output 'openssl s_client -starttls smtp -connect EX01.contoso.local:25'");
    const mail = site({ health: { fromRunner: { certificates: ['SMTP'] } } });
    expect(scriptOf(mail)).not.toContain('function Test-ShownCertificate');
  });

  test('needs the certificate of the PFX, for which a chosen part opens the file', () => {
    const script = scriptOf(looking);
    expect(script).toContain("$PfxParts = @('EX01', 'EX02')");
  });
});

describe('a stop', () => {
  const script = scriptOf(right);

  test('everything that runs stands in one try, and what catches throws', () => {
    const lines = linesOf(right);
    const [begin, end] = [lines.indexOf('try {'), lines.indexOf('} catch {')];
    const blocks = lines.flatMap((line, index) =>
      line.startsWith('    if ($Part -contains ') ? [index] : [],
    );
    expect(blocks.length).toBeGreaterThan(5);
    expect(blocks.every((index) => index > begin && index < end)).toBe(true);
    expect(lines.slice(0, begin).filter((line) => line.startsWith('try {'))).toEqual([]);
    const caught = lines.slice(end + 1);
    expect(caught.filter((line) => line.startsWith('    throw '))).toHaveLength(1);
    expect(caught.at(-1)).toBe('');
    expect(caught.at(-2)).toBe('}');
  });

  test('the last step of each part is known, so that the command to go on leaves out what is done', () => {
    const numbers = new Map<string, number>();
    stepsOf(right).forEach((step, index) => {
      numbers.set(step.kind === 'dns' ? 'dns' : (step.server ?? 'organization'), index + 1);
    });
    expect(numbers.size).toBe(4);
    for (const [part, number] of numbers) expect(script).toContain(`\r\n    '${part}' = ${number}\r\n`);
  });

  test('the records come after everything else', () => {
    const at = script.indexOf(`if ($Part -contains 'dns')`);
    expect(at).toBeGreaterThan(0);
    expect(exchangeCalls(script).every(({ line }) => line < script.slice(0, at).split('\n').length)).toBe(
      true,
    );
    expect(script.slice(0, at)).not.toContain('Publish now');
  });
});

describe('a certificate of Exchange 2007', () => {
  const script = scriptOf(siteOf2007());
  const path = 'C:\\Windows\\Temp\\exchange-certificate.pfx';

  test('is imported from a file of the server, which goes however the import ends', () => {
    const from = script.indexOf("Start-Step 3 'Import-ExchangeCertificate' 'EX01'");
    const lines = script
      .slice(from, script.indexOf('Start-Step 4'))
      .split('\r\n')
      .map((line) => line.trim());
    const at = lines.indexOf('} finally {');
    expect(lines.indexOf('if (Test-HasCertificateHere) {')).toBe(lines.indexOf('try {') + 1);
    const made = lines.slice(lines.indexOf('} else {') + 1, at).join(' ');
    expect(made).toMatch(
      /^if \(Test-Path .* Remove-Item .*Value = \$PfxContent .*Set-Content @call .*Import-/,
    );
    expect(lines.slice(at, at + 4)).toEqual([
      '} finally {',
      `if (Test-Path -LiteralPath '${path}') {`,
      `Remove-Item -Path '${path}' -ErrorAction 'Stop'`,
      '}',
    ]);
  });

  test('needs a session on the very server, which the script says', () => {
    expect(script.replace(/\r\n# /g, ' ')).toContain('The steps of EX01, EX02 run on that server only');
    expect(scriptOf(right)).not.toContain('run on that server only');
    for (const { name, parameters } of exchangeCalls(script)) {
      if (name.endsWith('-ExchangeCertificate')) expect(Object.keys(parameters)).not.toContain('Server');
    }
  });
});

describe('the PFX file', () => {
  test('is asked for only where a chosen part needs it', () => {
    const script = scriptOf(right);
    expect(script).not.toContain('Mandatory');
    expect(script).toContain(`$PfxParts = @('EX01', 'EX02')`);
    const begin = script.indexOf('if (@($Part | Where-Object { $PfxParts -contains $_ }).Count -gt 0) {');
    const end = script.indexOf('\r\n}\r\n', begin);
    for (const asking of ['Read-Host', 'ReadAllBytes', 'There is no PFX file']) {
      expect(script.indexOf(asking)).toBeGreaterThan(begin);
      expect(script.lastIndexOf(asking)).toBeLessThan(end);
    }
  });

  test('lies beside the script, or where the declaration has it', () => {
    expect(scriptOf(right)).toContain(`@('mail.pfx', '../../../certificates/mail.pfx')`);
    expect(scriptOf(right)).toContain('[System.IO.Path]::Combine($folder, $_)');
  });

  test('must be the declared one, where the declaration names its thumbprint', () => {
    const thumbprint = '0123456789ABCDEF0123456789ABCDEF01234567';
    const named = scriptOf(site({ certificate: { ...right.certificate, thumbprint } }));
    expect(named).toContain(`if ($PfxCertificate.Thumbprint -ne '${thumbprint}') {`);
    expect(scriptOf(right)).not.toContain('$PfxCertificate.Thumbprint -ne');
  });

  test('its password is a secure string, and none is in the script', () => {
    const script = scriptOf(right);
    expect(script).toContain('[System.Security.SecureString] $PfxPassword');
    expect(script).toContain('-AsSecureString');
    expect(script).not.toMatch(/ConvertTo-SecureString|-AsPlainText/);
  });

  test('must be the committed one, which the help describes a line each', () => {
    const script = scriptOf(
      site({ certificate: { ...right.certificate, certificateFile: 'certificates/mail.crt' } }),
    );
    const lines = script.split('\r\n');
    const at = lines.indexOf("# The certificate of the site, by the file 'certificates/mail.crt':");
    expect(lines.slice(at + 1, at + 6)).toEqual([
      `#   thumbprint  ${committed.thumbprint}`,
      '#   ends on     2027-01-01T00:00:00.000Z',
      "#   name        '*.contoso.com'",
      "#   name        '.notes # .synopsis'",
      "#   name        'mail.contoso.com'",
    ]);
    expect(script).toContain(`if ($PfxCertificate.Thumbprint -ne '${committed.thumbprint}') {`);
    expect(script).toContain(
      `', not ' + '${committed.thumbprint} as certificates/mail.crt' + '. Name the right PFX file with -PfxPath. Nothing was run.')`,
    );
  });

  test('is not known to synth where none is committed, which the help says', () => {
    const help = scriptOf(right).replaceAll('\r\n# ', ' ');
    expect(help).toContain('Synth does not know the certificate in the PFX file');
  });

  test('gives the thumbprint to every server, so that none has a variable that another could share', () => {
    const servers = [server(1, { name: 'EX-1' }), server(2, { name: 'EX1' }), server(3, { name: 'ex1a' })];
    const script = scriptOf(site({ servers }));
    const assigned = new Set([...script.matchAll(/(\$\w+) = /g)].map(([, name]) => name));
    expect([...assigned].filter((name) => /ex-?1/i.test(name ?? ''))).toEqual([]);
    const plain = new Set([...scriptOf(right).matchAll(/(\$\w+) = /g)].map(([, name]) => name));
    expect(assigned).toEqual(plain);
    expect(
      exchangeCalls(script)
        .filter(({ name }) => name === 'Enable-ExchangeCertificate')
        .map(({ parameters }) => parameters['Thumbprint']?.map(({ value }) => value).join('')),
    ).toEqual(Array(3).fill('$PfxCertificate.Thumbprint'));
    expect(script).toContain(`[ValidateSet('organization', 'EX-1', 'EX1', 'ex1a', 'dns')]`);
  });
});

describe('several PFX files', () => {
  const script = scriptOf(several);
  const callsOf = (name: string) =>
    commandsOf(script)
      .filter((command) => command.name === name)
      .map(({ parameters }) =>
        Object.fromEntries(
          Object.entries(parameters).map(([key, values]) => [key, values.map(({ value }) => value).join('')]),
        ),
      );

  test('have a parameter each for path and password, and the help says so', () => {
    for (const name of ['Web', 'EMail']) {
      expect(script).toContain(`    [string] $PfxPath${name},`);
      expect(script).toContain(`    [System.Security.SecureString] $PfxPassword${name},`);
      expect(linesOf(several)).toContain(`# .PARAMETER PfxPath${name}`);
      expect(linesOf(several)).toContain(`# .PARAMETER PfxPassword${name}`);
    }
    expect(script).not.toMatch(/\$Pfx(Path|Password|Content|Certificate|Parts)\b/);
    expect(script.replaceAll('\r\n# ', ' ')).toContain('It asks for the passwords of the PFX files.');
  });

  test('are each imported with their own password, and no server gets the one of another', () => {
    expect(
      callsOf('Import-ExchangeCertificate').map(({ Server, FileData, Password }) => [
        Server,
        FileData,
        Password,
      ]),
    ).toEqual([
      ['EX01', '$PfxContentWeb', '$PfxPasswordWeb'],
      ['EX02', '$PfxContentEMail', '$PfxPasswordEMail'],
      ['EX02', '$PfxContentWeb', '$PfxPasswordWeb'],
    ]);
    expect(
      callsOf('Enable-ExchangeCertificate').map(({ Server, Thumbprint, Services }) => [
        Server,
        Thumbprint,
        Services,
      ]),
    ).toEqual([
      ['EX01', '$PfxCertificateWeb.Thumbprint', expect.stringContaining('IIS')],
      ['EX02', '$PfxCertificateEMail.Thumbprint', expect.stringContaining('SMTP')],
      ['EX02', '$PfxCertificateWeb.Thumbprint', expect.stringContaining('IIS')],
    ]);
  });

  test('are looked for each by itself where the script runs again', () => {
    const looks = script.split('\r\n').filter((line) => line.includes('if (Test-HoldsCertificate '));
    expect(looks.map((line) => line.trim())).toEqual([
      "if (Test-HoldsCertificate -Server 'EX01' -Certificate $PfxCertificateWeb) {",
      "if (Test-HoldsCertificate -Server 'EX02' -Certificate $PfxCertificateEMail) {",
      "if (Test-HoldsCertificate -Server 'EX02' -Certificate $PfxCertificateWeb) {",
    ]);
    expect(script).not.toContain('Test-HasCertificate');
  });

  test('are opened where a part needs them, and only the committed one is compared', () => {
    expect(script).toContain(`$PfxPartsWeb = @('EX01', 'EX02')`);
    expect(script).toContain(`$PfxPartsEMail = @('EX02')`);
    expect(script).toContain(`if ($PfxCertificateEMail.Thumbprint -ne '${committed.thumbprint}') {`);
    expect(script).not.toContain('$PfxCertificateWeb.Thumbprint -ne');
    expect(script).toContain(
      `        $again = $again + ' -PfxPathEMail ''' + $PfxPathEMail.Replace('''', '''''') + ''''`,
    );
  });
});

describe('the text', () => {
  /** A line of help that PowerShell takes for a keyword: about_Comment_Based_Help. */
  const KEYWORD = /^#\s*\.(\w+)(\s+(\S.*))?\s*$/;
  const keywords = (script: string) => {
    const lines = script.replace(/^\ufeff/, '').split('\r\n');
    return lines.slice(0, lines.indexOf('')).filter((line) => KEYWORD.test(line));
  };
  const expected = [
    '# .SYNOPSIS',
    '# .DESCRIPTION',
    '# .PARAMETER PfxPath',
    '# .PARAMETER PfxPassword',
    '# .PARAMETER Part',
    '# .EXAMPLE',
    '# .EXAMPLE',
    '# .EXAMPLE',
    '# .NOTES',
  ];

  test('begins with help in one piece, apart from the code', () => {
    const lines = linesOf(right);
    const help = lines.slice(0, lines.indexOf(''));
    expect(help.every((line) => /^#( \S.*)?$/.test(line))).toBe(true);
    expect(keywords(scriptOf(right))).toEqual(expected);
    expect(lines[help.length + 1]).toBe('[CmdletBinding()]');
    expect(help).toContain("# .\\exchange-plan.ps1 -Part 'EX02', 'dns'");
    expect(help).toContain('# Brings the Exchange site contoso from nothing to its declaration.');
  });

  test('has the line ends of Windows, and no others', () => {
    for (const declaration of [right, stretched, balanced]) {
      expect(scriptOf(declaration).replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      expect(scriptOf(declaration).endsWith('}\r\n')).toBe(true);
    }
  });

  test('begins with a byte order mark exactly where a letter is not ASCII', () => {
    const german = site({ dag: { ...dag, witness: { ...dag.witness, directory: 'C:\\Zeugen für DAG01' } } });
    expect(scriptOf(german).startsWith('\ufeff#')).toBe(true);
    expect(scriptOf(right).startsWith('#')).toBe(true);
  });

  test('is the same for the same declaration', () => {
    expect(scriptOf(site())).toBe(scriptOf(site()));
  });

  /** The script without what its texts say and without comments: what of it is code. */
  const codeOf = (script: string): string =>
    tokensOf(script)
      .filter(({ kind }) => kind !== 'comment')
      .map(({ kind, value }) => (kind === 'text' ? `'…'` : kind === 'line' ? '\n' : value))
      .join(' ')
      .replace(/\n[\s]*/g, '\n');

  /** A declaration whose names all hold a text. */
  const holding = (text: string, isCommitting: boolean): ExchangeSiteProps =>
    site({
      servers: [1, 2].map((number) => server(number, { name: `EX${text}${number}` })),
      namespaces: {
        client: `mail${text}.contoso.com`,
        autodiscover: `autodiscover${text}.contoso.com`,
      },
      certificate: {
        ...right.certificate,
        pfxFile: `certificates/mail${text}.pfx`,
        thumbprint: `ab${text}`,
        ...(isCommitting ? { certificateFile: `certificates/mail${text}.crt` } : {}),
      },
      dag: { name: `DAG${text}`, witness: { server: `FS${text}`, directory: `C:\\${text}` } },
      dns: {
        zones: [{ name: 'contoso.com', server: `ns${text}` }],
        publish: { virtualIp: '192.0.2.100' },
      },
    });

  /** The code where the names hold a plain text of a length, so that lines break at the same places. */
  const plainCode = (length: number, isCommitting: boolean): string => {
    const key = `${length} ${isCommitting}`;
    const known = plainCodes.get(key) ?? codeOf(scriptOf(holding('x'.repeat(length), isCommitting)));
    plainCodes.set(key, known);
    return known;
  };
  const plainCodes = new Map<string, string>();

  test('no letter of a declaration becomes code, whatever name or comment holds it', () => {
    const nasty = fc.string({
      unit: fc.constantFrom(
        ...`'"\u2018\u2019\u201a\u201b\u201c\u201d\u201e\`$;|&(){}[]@#<>,.=+-\u2013\u2014\u2015 \t\r\n\u0000\u0085\u2028\u2029`,
        ...['#>', '<#', '\n.SYNOPSIS\n', '$(Get-Date)', `'; Remove-Mailbox`, "@'\n", 'a', 'Z', '9'],
      ),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(nasty, fc.boolean(), (text, isCommitting) => {
        const hostile = scriptOf(holding(text, isCommitting), `contoso${text}`);
        expect(codeOf(hostile)).toBe(plainCode(quote(text).length - 2, isCommitting));
        expect(keywords(hostile)).toEqual(expected);
      }),
      { numRuns: 200, examples: [[" \n.SYNOPSIS\n$(Get-Date)@'\n", false]] },
    );
  });

  test('a value is read back as it was declared', () => {
    const hostile = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(hostile, (text) => {
        const directory = `C:\\${text}`;
        const script = scriptOf(site({ dag: { ...dag, witness: { ...dag.witness, directory } } }));
        const [made] = exchangeCalls(script).filter(({ name }) => name === 'New-DatabaseAvailabilityGroup');
        expect(made?.parameters['WitnessDirectory']?.map(({ value }) => value)).toEqual([directory]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('the parts', () => {
  test('a server can be run alone: its steps stand under its name', () => {
    const script = scriptOf(right);
    expect(script).toContain(`[ValidateSet('organization', 'EX01', 'EX02', 'dns')]`);
    const blocks = script.split(/^ {4}if \(\$Part -contains '/m).slice(1);
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
    const lines = linesOf(balanced);
    const at = lines.indexOf("        Write-Output 'Add to the pool behind 192.0.2.100: EX02 192.0.2.2'");
    expect(at).toBeGreaterThan(lines.findLastIndex((line) => line.includes('Wait-Healthy -Server')));
    expect(
      lines
        .slice(0, at)
        .reverse()
        .find((line) => line.startsWith('    if (')),
    ).toBe("    if ($Part -contains 'EX02') {");
  });

  test('it says what to run on a witness without Exchange, and runs nothing of it', () => {
    const lines = linesOf(right);
    const at = lines.indexOf(
      "        Write-Output 'To be run on FS01.contoso.local, where it is not so already:'",
    );
    expect(lines[at + 1]).toBe(
      `        Write-Output 'net localgroup Administrators "<DOMAIN>\\Exchange Trusted Subsystem" /add'`,
    );
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(lines.findIndex((line) => line.includes("'New-DatabaseAvailabilityGroup'")));
    expect(lines.filter((line) => /^\s*net /.test(line))).toEqual([]);
  });

  test('it names the DNS server where the declaration does', () => {
    const zone = { name: 'contoso.com', server: '192.0.2.53' };
    expect(scriptOf(site({ dns: { zones: [zone] } }))).toContain(
      "'Publish now in the zone contoso.com at 192.0.2.53:'",
    );
    expect(scriptOf(right)).toContain("'Publish now in the zone contoso.com:'");
  });
});
