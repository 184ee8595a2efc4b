import type { Invocation } from '../powershell/invocation';
import { renderInvocation } from '../powershell/script';
import { isWindowsSince, type WindowsVersion } from './windows';

/** A cmdlet of Windows itself, as far as manual steps of the plan use it. */
interface WindowsCmdlet {
  /** Its module. Left out for cmdlets of Windows PowerShell itself, whose modules are always loaded. */
  readonly module?: string;
  /** The first Windows Server version that has it. */
  readonly since: WindowsVersion;
  /** The parameters that manual steps use. */
  readonly parameters: readonly string[];
  /** The page that documents the cmdlet and these parameters. */
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
 * Every Windows cmdlet that manual steps may show. People run these; nothing in this project does, so they are not part
 * of the catalog of Exchange's cmdlets. The pages of 2008 R2 show which parameters existed from the beginning.
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
 * Commands for people to type on a Windows Server. Empty where its version is not declared or lacks one of the cmdlets.
 *
 * @throws TypeError for a cmdlet or parameter that is missing in the table: only documented commands may be shown
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

/** The command that installs Windows features, with the name that its cmdlet has in a version of Windows. */
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

/**
 * Whether PowerShell loads a module by itself when one of its cmdlets is used, as Windows PowerShell 3.0 and later do
 * (about_Modules).
 */
const loadsModules = (windows: WindowsVersion) => isWindowsSince(windows, '2012');

/** Adds a command that loads each module before its first cmdlet. */
function withModules(calls: readonly Invocation[]): readonly Invocation[] {
  const loaded = new Set<string>();
  return calls.flatMap((call) => {
    const { module: Name } = rowOf(call);
    if (Name === undefined || loaded.has(Name)) return [call];
    loaded.add(Name);
    return [{ cmdlet: 'Import-Module', parameters: { Name } }, call];
  });
}
