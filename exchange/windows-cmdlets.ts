import type { Invocation } from '../powershell/invocation';
import { renderInvocation } from '../powershell/script';
import { isWindowsSince, type WindowsVersion } from './windows';

/** A cmdlet of Windows itself, as far as described steps show it to people. */
interface WindowsCmdlet {
  /** Left out: it is of Windows PowerShell itself, whose modules are always loaded. */
  readonly module?: string;
  /** The first Windows Server that has it. */
  readonly since: WindowsVersion;
  /** Those that described steps use. */
  readonly parameters: readonly string[];
  /** The page that names it and them. */
  readonly source: string;
}

const NLB = 'NetworkLoadBalancingClusters';
const IIS = 'WebAdministration';
const WEB_CONFIGURATION = ['PSPath', 'Filter', 'Name', 'Value'];
const page = (module: string, cmdlet: string) =>
  `https://learn.microsoft.com/powershell/module/${module.toLowerCase()}/${cmdlet.toLowerCase()}`;
const pageOf2008R2 = (id: string) =>
  `https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2008-r2-and-2008/${id}(v=technet.10)`;

/**
 * Every cmdlet of Windows that a described step may show. The catalog of Exchange's cmdlets is another thing: what stands
 * here nothing runs. The pages of 2008 R2 tell which parameters were there from the first.
 */
export const WINDOWS_CMDLETS: { readonly [cmdlet: string]: WindowsCmdlet } = {
  'Import-Module': {
    since: '2008 R2',
    parameters: ['Name'],
    source: page('Microsoft.PowerShell.Core', 'Import-Module'),
  },
  'Add-Content': {
    since: '2008 R2',
    parameters: ['Path', 'Value'],
    source: page('Microsoft.PowerShell.Management', 'Add-Content'),
  },
  'Add-WindowsFeature': {
    module: 'ServerManager',
    since: '2008 R2',
    parameters: ['Name'],
    source: pageOf2008R2('ee662311'),
  },
  'Install-WindowsFeature': {
    module: 'ServerManager',
    since: '2012',
    parameters: ['Name'],
    source: page('ServerManager', 'Install-WindowsFeature'),
  },
  'Add-WebConfigurationProperty': {
    module: IIS,
    since: '2008 R2',
    parameters: WEB_CONFIGURATION,
    source: pageOf2008R2('ee790572'),
  },
  'Set-WebConfigurationProperty': {
    module: IIS,
    since: '2008 R2',
    parameters: WEB_CONFIGURATION,
    source: pageOf2008R2('ee807821'),
  },
  'Remove-WebConfigurationProperty': {
    module: IIS,
    since: '2008 R2',
    parameters: ['PSPath', 'Filter', 'Name', 'AtElement'],
    source: pageOf2008R2('ee790570'),
  },
  'New-NlbCluster': {
    module: NLB,
    since: '2008 R2',
    parameters: [
      'HostName',
      'InterfaceName',
      'ClusterName',
      'ClusterPrimaryIP',
      'SubnetMask',
      'OperationMode',
    ],
    source: pageOf2008R2('ee817133'),
  },
  'Add-NlbClusterVip': {
    module: NLB,
    since: '2008 R2',
    parameters: ['InterfaceName', 'IP', 'SubnetMask'],
    source: page(NLB, 'Add-NlbClusterVip'),
  },
  'Add-NlbClusterNode': {
    module: NLB,
    since: '2008 R2',
    parameters: ['HostName', 'InterfaceName', 'NewNodeName', 'NewNodeInterface'],
    source: pageOf2008R2('ee817107'),
  },
  'Set-NlbClusterNode': {
    module: NLB,
    since: '2008 R2',
    parameters: ['HostName', 'InterfaceName', 'HostPriority'],
    source: page(NLB, 'Set-NlbClusterNode'),
  },
  'Add-NlbClusterPortRule': {
    module: NLB,
    since: '2008 R2',
    parameters: ['HostName', 'InterfaceName', 'IP', 'StartPort', 'EndPort', 'Protocol', 'Mode', 'Affinity'],
    source: pageOf2008R2('ee817129'),
  },
  'Remove-NlbClusterPortRule': {
    module: NLB,
    since: '2008 R2',
    parameters: ['HostName', 'InterfaceName', 'IP', 'Port', 'Force'],
    source: page(NLB, 'Remove-NlbClusterPortRule'),
  },
};

/**
 * Calls as people type them on a Windows; none where that is not declared, or lacks one of them.
 *
 * @throws TypeError for a cmdlet or a parameter that the table has not: nothing may be shown that nobody has looked up
 */
export function runnableCommands(
  windows: WindowsVersion | undefined,
  calls: readonly Invocation[],
): readonly string[] {
  const typed = windows !== undefined && loadsModules(windows) ? calls : withModules(calls);
  const rows = typed.map(rowOf);
  if (windows === undefined || rows.some(({ since }) => !isWindowsSince(windows, since))) return [];
  return typed.map((call) => renderInvocation(call));
}

/** The installation of features, by the name that its cmdlet has on a Windows. */
export function featureInstall(windows: WindowsVersion | undefined, names: readonly string[]): Invocation {
  const { since } = WINDOWS_CMDLETS['Install-WindowsFeature']!;
  const isRenamed = windows !== undefined && isWindowsSince(windows, since);
  return { cmdlet: isRenamed ? 'Install-WindowsFeature' : 'Add-WindowsFeature', parameters: { Name: names } };
}

function rowOf({ cmdlet, parameters }: Invocation): WindowsCmdlet {
  const row = WINDOWS_CMDLETS[cmdlet];
  if (row === undefined) throw new TypeError(`${cmdlet} is not in the table of Windows' cmdlets.`);
  const unknown = Object.keys(parameters).find((name) => !row.parameters.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`The table of Windows' cmdlets has no -${unknown} of ${cmdlet}.`);
  return row;
}

/** Whether a module is loaded with the first of its cmdlets: Windows PowerShell does so from version 3.0 on (about_Modules). */
const loadsModules = (windows: WindowsVersion) => isWindowsSince(windows, '2012');

/** Each module is loaded once, before its first cmdlet. */
function withModules(calls: readonly Invocation[]): readonly Invocation[] {
  const loaded = new Set<string>();
  return calls.flatMap((call) => {
    const { module: Name } = rowOf(call);
    if (Name === undefined || loaded.has(Name)) return [call];
    loaded.add(Name);
    return [{ cmdlet: 'Import-Module', parameters: { Name } }, call];
  });
}
