import { runnableCommands, WINDOWS_CMDLETS } from '../../exchange/windows-cmdlets';

const call = { cmdlet: 'Install-WindowsFeature', parameters: { Name: ['Web-Filtering'] } };
const old = { cmdlet: 'Import-Module', parameters: { Name: 'ServerManager' } };

describe('commands for a Windows', () => {
  test('are shown where it has their cmdlets', () => {
    expect(runnableCommands('2012', [old, call])).toEqual([
      "Import-Module -Name 'ServerManager'",
      "Install-WindowsFeature -Name @('Web-Filtering')",
    ]);
  });

  test('load their modules where Windows does not by itself: before 2012, each once and before its first cmdlet', () => {
    const feature = { cmdlet: 'Add-WindowsFeature', parameters: { Name: ['NLB'] } };
    const rule = { cmdlet: 'Add-NlbClusterPortRule', parameters: { StartPort: 80 } };
    const line = { cmdlet: 'Add-Content', parameters: { Path: 'hosts', Value: 'x' } };
    expect(runnableCommands('2008 R2', [line, feature, rule, rule])).toEqual([
      "Add-Content -Path 'hosts' -Value 'x'",
      "Import-Module -Name 'ServerManager'",
      "Add-WindowsFeature -Name @('NLB')",
      "Import-Module -Name 'NetworkLoadBalancingClusters'",
      'Add-NlbClusterPortRule -StartPort 80',
      'Add-NlbClusterPortRule -StartPort 80',
    ]);
    expect(runnableCommands('2012', [line, rule])).toHaveLength(2);
  });

  test('are not shown, none of them, where it lacks one, or is not known', () => {
    expect(runnableCommands('2008 R2', [old, call])).toEqual([]);
    expect(runnableCommands('2008', [old])).toEqual([]);
    expect(runnableCommands(undefined, [old])).toEqual([]);
  });

  test('are not written with a cmdlet or a parameter that nobody has looked up', () => {
    expect(() => runnableCommands('2012', [{ cmdlet: 'Install-Feature', parameters: {} }])).toThrow(
      'Install-Feature is not in the table',
    );
    expect(() =>
      runnableCommands(undefined, [{ cmdlet: 'Import-Module', parameters: { Module: 'ServerManager' } }]),
    ).toThrow('no -Module of Import-Module');
  });

  test.each(Object.entries(WINDOWS_CMDLETS))('%s has a source', (_, { source, parameters }) => {
    expect(source).toMatch(/^https:\/\/learn\.microsoft\.com\//);
    expect(parameters.length).toBeGreaterThan(0);
  });
});
