import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exchangePlanScript } from '../../exchange/plan/script';
import { resolveSite } from '../../exchange/resolve-site';
import { makePfx } from '../../pki';
import { commandsOf } from '../powershell/tokens';
import { validCertificate } from '../integration/valid-certificate';
import { describeWithPwsh, pwsh } from '../remoting/peers/pwsh';
import { site } from './sites';

const PASSWORD = 'open sesame';

const declaration = site();
const script = exchangePlanScript(
  'contoso',
  declaration,
  resolveSite(declaration),
  (pfxFile) => `../../../${pfxFile}`,
);

/** A property of a health set as remoting gives it to PowerShell: a number, with the enum's name as its text. */
function healthReport(sets: readonly string[]): string {
  const objects = sets.map(
    (set, index) => `<Obj RefId="${index * 2}"><TN RefId="${index * 2}"><T>HealthReport</T></TN><MS>
<S N="HealthSet">${set}</S><Obj N="AlertValue" RefId="${index * 2 + 1}"><TN RefId="${index * 2 + 1}"><T>AlertValue</T>
<T>System.Enum</T><T>System.ValueType</T><T>System.Object</T></TN><ToString>Healthy</ToString><I32>0</I32></Obj></MS></Obj>`,
  );
  return `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">${objects.join('')}</Objs>`;
}

/** What a stand-in does besides being called. */
const BODIES: { readonly [cmdlet: string]: string } = {
  'Get-ExchangeCertificate': `if ($global:Certificates.ContainsKey($Server)) {
        [pscustomobject]@{ RawData = $global:Certificates[$Server] }
    }`,
  'Import-ExchangeCertificate': `if ($global:Certificates.ContainsKey($Server)) { Write-Error 'is there already'; return }
    $type = 'System.Security.Cryptography.X509Certificates.X509Certificate2'
    $made = New-Object -TypeName $type -ArgumentList $FileData, $Password
    $global:Certificates[$Server] = $made.RawData
    $made`,
  'Enable-ExchangeCertificate': `$global:Calls.Add('thumbprint ' + $Thumbprint)`,
  'Get-DatabaseAvailabilityGroup': `foreach ($name in @($global:Groups.Keys)) {
        [pscustomobject]@{ Name = $name; Servers = @($global:Groups[$name]) }
    }`,
  'New-DatabaseAvailabilityGroup': `if ($global:Groups.ContainsKey($Name)) { Write-Error 'is there already'; return }
    $global:Groups[$Name] = @()`,
  'Add-DatabaseAvailabilityGroupServer': `if ($global:Groups[$Identity] -contains $MailboxServer) { Write-Error 'is a member'; return }
    $global:Groups[$Identity] = @($global:Groups[$Identity]) + $MailboxServer`,
  'Test-ServiceHealth': `[pscustomobject]@{ Role = 'Mailbox Server Role'; RequiredServicesRunning = $true }`,
  'Get-HealthReport': `[System.Management.Automation.PSSerializer]::Deserialize($global:HealthReport)`,
};

/**
 * A module of plain functions, as implicit remoting makes them of Exchange's cmdlets: a script's preferences do not
 * reach into them, and what the organization refuses is an error that does not end them.
 */
function standIns(): string {
  const parameters = new Map<string, Set<string>>();
  for (const command of commandsOf(script)) {
    const known = parameters.get(command.name) ?? new Set<string>();
    Object.keys(command.parameters).forEach((name) => known.add(name));
    parameters.set(command.name, known);
  }
  const own =
    /^(?:Write|Where|ForEach|New-Object|Select|Start|Skip|Wait|Out|Read|Resolve|Test-Path|Test-Has|Set-Strict)|^Get-Date$/;
  return [...parameters]
    .filter(([name]) => !own.test(name))
    .map(
      ([name, known]) => `function ${name} {
    [CmdletBinding()]
    param(${[...known]
      .filter((parameter) => parameter !== 'ErrorAction')
      .map((parameter) => `$${parameter}`)
      .join(', ')})
    $global:Calls.Add('${name} ' + [string] $PSBoundParameters['Identity'] + [string] $PSBoundParameters['Server'])
    if ($global:Refused -eq '${name}') {
        Write-Error -Message 'refused by the organization' -ErrorId 'Refused'
        return
    }
    ${BODIES[name] ?? ''}
}
`,
    )
    .join('\n');
}

const HARNESS = `param([string] $Folder)

$ErrorActionPreference = 'Stop'
$global:Calls = New-Object -TypeName 'System.Collections.Generic.List[string]'
$global:HealthReport = [System.IO.File]::ReadAllText((Join-Path $Folder 'health.xml'))
Import-Module (Join-Path $Folder 'Exchange.psm1') -DisableNameChecking
$plan = Join-Path $Folder 'cdktf.out/stacks/contoso/exchange-plan.ps1'
$deaf = Join-Path $Folder 'cdktf.out/stacks/contoso/without-error-action.ps1'
$password = ConvertTo-SecureString -String '${PASSWORD}' -AsPlainText -Force

function Invoke-Plan {
    param([string] $Path, [string] $Refused, [hashtable] $Parameters)

    $global:Refused = $Refused
    $global:Calls.Clear()
    $lines = New-Object -TypeName 'System.Collections.Generic.List[string]'
    $id = $null
    $message = $null
    try {
        & $Path @Parameters | ForEach-Object { $lines.Add([string] $_) }
    } catch {
        $id = $_.FullyQualifiedErrorId
        $message = $_.Exception.Message
    }
    @{ calls = @($global:Calls.ToArray()); output = @($lines.ToArray()); id = $id; message = $message }
}

function Reset-Organization {
    $global:Certificates = @{}
    $global:Groups = @{}
}

$results = @{}
Reset-Organization
$ErrorActionPreference = 'Continue'
$results.deaf = Invoke-Plan $deaf 'Set-OutlookAnywhere' @{ PfxPassword = $password } 2> $null
$ErrorActionPreference = 'Stop'
Reset-Organization
$results.refused = Invoke-Plan $plan 'Set-OutlookAnywhere' @{ PfxPassword = $password }
$results.again = Invoke-Plan $plan '' @{ PfxPassword = $password }
$results.third = Invoke-Plan $plan '' @{ PfxPassword = $password }
$wrong = ConvertTo-SecureString -String 'wrong' -AsPlainText -Force
$results.wrong = Invoke-Plan $plan '' @{ PfxPassword = $wrong }
Remove-Item -LiteralPath (Join-Path $Folder 'certificates') -Recurse
$results.dns = Invoke-Plan $plan '' @{ Part = 'dns' }
$results.lacking = Invoke-Plan $plan '' @{ Part = 'EX02', 'dns' }

$values = @([System.Management.Automation.PSSerializer]::Deserialize($global:HealthReport))
$results.enum = @{
    type = $values[0].AlertValue.PSObject.BaseObject.GetType().Name
    text = [string] $values[0].AlertValue
}
$help = Get-Help -Name $plan -Full
$results.help = @{
    synopsis = ([string] $help.Synopsis).Trim()
    parameters = @($help.parameters.parameter | ForEach-Object { $_.name })
    examples = @($help.examples.example).Count
}
$tokens = $null
$mistakes = $null
$null = [System.Management.Automation.Language.Parser]::ParseFile($plan, [ref] $tokens, [ref] $mistakes)
$results.mistakes = @($mistakes | ForEach-Object { $_.Message })
$text = ConvertTo-Json -InputObject $results -Depth 5
[System.IO.File]::WriteAllText((Join-Path $Folder 'results.json'), $text)
`;

interface Run {
  readonly calls: readonly string[];
  readonly output: readonly string[];
  readonly id: string | null;
  readonly message: string | null;
}
interface Results {
  readonly deaf: Run;
  readonly refused: Run;
  readonly again: Run;
  readonly third: Run;
  readonly wrong: Run;
  readonly dns: Run;
  readonly lacking: Run;
  readonly enum: { readonly type: string; readonly text: string };
  readonly help: {
    readonly synopsis: string;
    readonly parameters: readonly string[];
    readonly examples: number;
  };
  readonly mistakes: readonly string[];
}

describeWithPwsh('the script of a plan, run by PowerShell on stand-ins of a module', () => {
  let folder: string;
  let results: Results;
  const called = ({ calls }: Run, cmdlet: string) => calls.filter((call) => call.startsWith(`${cmdlet} `));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plan-script-'));
    const stack = join(folder, 'cdktf.out/stacks/contoso');
    mkdirSync(stack, { recursive: true });
    mkdirSync(join(folder, 'certificates'));
    writeFileSync(join(folder, 'certificates/mail.pfx'), makePfx(validCertificate(), { password: PASSWORD }));
    writeFileSync(join(stack, 'exchange-plan.ps1'), script);
    writeFileSync(
      join(stack, 'without-error-action.ps1'),
      script.replace(/ -ErrorAction 'Stop'|^ +ErrorAction = 'Stop'\r\n/gm, ''),
    );
    writeFileSync(join(folder, 'Exchange.psm1'), standIns());
    const sets = [...script.matchAll(/^ +'([\w.]+\.Proxy)',?\r$/gm)].map(([, set]) => set ?? '');
    writeFileSync(join(folder, 'health.xml'), healthReport([...new Set(sets)]));
    writeFileSync(join(folder, 'harness.ps1'), HARNESS);
    await promisify(execFile)(pwsh ?? '', [
      ...['-NoLogo', '-NoProfile', '-NonInteractive', '-File'],
      ...[join(folder, 'harness.ps1'), folder],
    ]);
    results = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as Results;
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('the stand-ins are what they stand for: without an ErrorAction the script goes on to the records', () => {
    expect(called(results.deaf, 'Set-OutlookAnywhere')).toHaveLength(2);
    expect(results.deaf.output).toContain('Publish now in the zone contoso.com:');
    expect(results.enum).toEqual({ type: 'Int32', text: 'Healthy' });
  });

  test('it stops at a refused Set-OutlookAnywhere, names the step, and announces no record', () => {
    const { calls, output, id, message } = results.refused;
    expect(calls.at(-1)).toBe('Set-OutlookAnywhere EX01\\Rpc (Default Web Site)');
    expect(output).toEqual([]);
    expect(id).toBe('PlanStepFailed');
    expect(message).toContain('Step 5 of ');
    expect(message).toContain('failed: Set-OutlookAnywhere for EX01.');
    expect(message).toContain('refused by the organization');
    expect(message).toContain(".\\exchange-plan.ps1 -Part 'organization', 'EX01', 'EX02', 'dns'");
  });

  test('run again, it skips the certificate that is there, and ends with the records', () => {
    const { again } = results;
    expect([again.id, again.message]).toEqual([null, null]);
    expect(called(again, 'Import-ExchangeCertificate')).toEqual(['Import-ExchangeCertificate EX02']);
    expect(called(again, 'New-DatabaseAvailabilityGroup')).toHaveLength(1);
    expect(called(again, 'Add-DatabaseAvailabilityGroupServer')).toHaveLength(2);
    expect(new Set(called(again, 'thumbprint')).size).toBe(1);
    expect(again.output).toContain('mail 300 IN A 192.0.2.2');
  });

  test('run a third time, it makes nothing anew', () => {
    const { third } = results;
    expect(third.message).toBeNull();
    expect(third.calls.filter((call) => /^(?:Import|New|Add)-/.test(call))).toEqual([]);
    expect(called(third, 'Set-OutlookAnywhere')).toHaveLength(2);
    expect(third.output).toEqual(results.again.output);
  });

  test('a wrong password ends it before anything runs', () => {
    expect(results.wrong.calls).toEqual([]);
    expect(results.wrong.message).toContain('does not open');
  });

  test('the records alone want no PFX file; a server does, and the places are named', () => {
    expect(results.dns.message).toBeNull();
    expect(results.dns.output).toEqual(results.again.output);
    expect(results.dns.calls).toEqual([]);
    expect(results.lacking.calls).toEqual([]);
    expect(results.lacking.message).toContain('mail.pfx');
  });

  test('it parses, and Get-Help shows what it does', () => {
    expect(results.mistakes).toEqual([]);
    expect(results.help.synopsis).toBe('Brings the Exchange site contoso from nothing to its declaration.');
    expect([...results.help.parameters].sort()).toEqual(['Part', 'PfxPassword', 'PfxPath']);
    expect(results.help.examples).toBe(3);
  });
});
