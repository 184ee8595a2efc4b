import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { catalogOf, ExchangeVersion } from '../../../exchange/versions';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';
import { startSshServer, type RunningSshServer } from '../../../lab/exchange/ssh-server';
import { newKey } from '../../remoting/peers/openssh';
import { describeWithPwsh, pwsh } from '../../remoting/peers/pwsh';
import { removeFolders, twoServers } from './session';

const OWA = 'BSAEX02\\owa (Default Web Site)';
const ADDRESS = 'https://mail.contoso.com/owa';

/** Calls in the shapes that a plan's script has: a table of parameters, ErrorAction in each, an enum as text. */
const SCRIPT = `
param($Port, $Key, $KnownHosts, $Results)
$ErrorActionPreference = 'Stop'
$options = @{ UserKnownHostsFile = $KnownHosts; StrictHostKeyChecking = 'yes'; IdentitiesOnly = 'yes' }
$session = New-PSSession -HostName 127.0.0.1 -Port $Port -UserName admin -KeyFilePath $Key -Subsystem powershell -Options $options
$module = Import-PSSession $session -AllowClobber -DisableNameChecking
$found = [ordered]@{ commands = @($module.ExportedFunctions.Keys) }
$set = @{ Identity = '${OWA}'; ExternalUrl = '${ADDRESS}'; Confirm = $false; ErrorAction = 'Stop' }
Set-OwaVirtualDirectory @set -WhatIf
$found.rehearsed = [string](Get-OwaVirtualDirectory -Identity '${OWA}').ExternalUrl
Set-OwaVirtualDirectory @set
$found.set = [string](Get-OwaVirtualDirectory -Identity '${OWA}').ExternalUrl
try {
  Set-OwaVirtualDirectory -Identity 'BSAEX02\\nope' -ExternalUrl '${ADDRESS}' -ErrorAction Stop
  $found.caught = 'nothing'
} catch { $found.caught = $_.FullyQualifiedErrorId }
$found.silent = @(Get-OwaVirtualDirectory -Identity 'BSAEX02\\nope' -ErrorAction SilentlyContinue).Count
$found.health = @(Get-HealthReport -Identity BSAEX01 | ForEach-Object { [string]$_.AlertValue } | Select-Object -Unique)
'BSAEX01\\owa (Default Web Site)' | Set-OwaVirtualDirectory -ExternalUrl '${ADDRESS}'
$found.help = (Get-Help Set-OwaVirtualDirectory).Name
Remove-PSSession $session
$found | ConvertTo-Json -Depth 3 | Set-Content -LiteralPath $Results -Encoding utf8
`;

interface Found {
  readonly commands: readonly string[];
  readonly rehearsed: string;
  readonly set: string;
  readonly caught: string;
  readonly silent: number;
  readonly health: readonly string[];
  readonly help: string;
}

describeWithPwsh('a session of the lab, imported by real PowerShell', () => {
  let folder: string;
  let lab: SimulatedOrganization;
  let running: RunningSshServer;
  let found: Found;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lab-pwsh-'));
    const key = newKey(join(folder, 'key'), 'ed25519');
    lab = twoServers();
    lab.ssh.add('admin', { publicKeys: [key.line] });
    running = await startSshServer(lab, { server: 'BSAEX01' });
    const knownHosts = join(folder, 'known_hosts');
    writeFileSync(knownHosts, `[127.0.0.1]:${running.port} ${lab.ssh.hostPublicKey()}\n`);
    const script = join(folder, 'import.ps1');
    writeFileSync(script, SCRIPT);
    const results = join(folder, 'results.json');
    await promisify(execFile)(pwsh ?? '', [
      ...['-NoLogo', '-NoProfile', '-NonInteractive', '-File', script],
      ...[String(running.port), key.file, knownHosts, results],
    ]);
    found = JSON.parse(readFileSync(results, 'utf8')) as Found;
  }, 180_000);
  afterAll(async () => {
    await running.close();
    rmSync(folder, { recursive: true, force: true });
    removeFolders();
  });

  test('has a function for each cmdlet', () => {
    const cmdlets = catalogOf(ExchangeVersion.V2013).cmdlets.map(({ name }) => name);
    expect(found.commands).toEqual(expect.arrayContaining(cmdlets));
  });

  test('sets what it is told, and with WhatIf nothing, which the journal says', () => {
    expect([found.rehearsed, found.set]).toEqual(['', ADDRESS]);
    const calls = lab.journal().filter(({ cmdlet }) => cmdlet === 'Set-OwaVirtualDirectory');
    expect(calls.map(({ outcome, applied }) => [outcome, applied])).toEqual([
      ['completed', false],
      ['completed', true],
      ['failed', false],
      ['completed', true],
    ]);
  });

  test('stops at an error where it is told to, and keeps one silent', () => {
    expect(found.caught).toContain('ManagementObjectNotFoundException');
    expect(found.silent).toBe(0);
  });

  test('shows enums as text, takes piped input, and has help', () => {
    expect(found.health).toEqual(['Healthy']);
    expect(lab.journal().at(-1)?.parameters).toMatchObject({ ExternalUrl: ADDRESS });
    expect(found.help).toBe('Set-OwaVirtualDirectory');
  });
});
