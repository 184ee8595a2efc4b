import { parsePlan, stepsOf } from '../plan-record';
import { isRecord, recordIn, textsIn, type JsonRecord } from '../record';

/** A name that clients use, and what answers to it. */
export interface PlannedName {
  readonly name: string;
  /** Folders of the web site in its URLs, for example `owa` and `EWS`. Empty where no URL has the name. */
  readonly folders: readonly string[];
  /** A port with TLS: 443; or 993 and 995 for a name of IMAP or POP. */
  readonly port: number;
}

/** The servers behind a virtual address, each with its addresses. */
export interface PlannedPool {
  readonly virtualAddresses: readonly string[];
  readonly members: { readonly [server: string]: readonly string[] };
}

/** What a drill needs from a stack's `exchange-plan.json`. */
export interface PlannedNames {
  readonly names: readonly PlannedName[];
  readonly pools: readonly PlannedPool[];
  /** Names of the servers with their domain. */
  readonly hosts: readonly string[];
}

/** Cmdlets with a parameter for the host that people type into a mail program, and its port with TLS. */
const MAIL: { readonly [cmdlet: string]: number } = { 'Set-PopSettings': 995, 'Set-ImapSettings': 993 };
const HTTPS = 443;
/** Parameters with a host in place of a URL, and the folder of what answers there. */
const HOSTS: ReadonlySet<string> = new Set(['InternalHostname', 'ExternalHostname']);
const RPC = 'rpc';

/** @throws NotAPlan where the text is no plan; the message says what it is */
export function plannedNames(text: string): PlannedNames {
  const plan = parsePlan(text);
  const steps = stepsOf(plan);
  const uses = steps.flatMap(usesOf);
  const published = steps.flatMap(publishedBy);
  return {
    names: [...new Set(published)].map((name) => {
      const own = uses.filter((use) => use.host === name);
      const port = own.find((use) => use.port !== HTTPS)?.port;
      const folders = [...new Set(own.flatMap(({ folder }) => folder ?? []))].sort();
      // A name that is also in a URL is asked for its web site.
      return { name, folders, port: folders.length > 0 ? HTTPS : (port ?? HTTPS) };
    }),
    pools: poolsOf(steps),
    hosts: hostsOf(plan),
  };
}

function publishedBy({ kind, type, name, zone }: JsonRecord): readonly string[] {
  if (kind !== 'dns' || (type !== 'A' && type !== 'AAAA')) return [];
  if (typeof name !== 'string' || typeof zone !== 'string') return [];
  return [(name === '@' ? zone : `${name}.${zone}`).toLowerCase()];
}

interface Use {
  readonly host: string;
  readonly port: number;
  readonly folder?: string;
}

/** The uses of names in the parameters of a cmdlet. */
function usesOf({ cmdlet, parameters }: JsonRecord): readonly Use[] {
  if (typeof cmdlet !== 'string' || !isRecord(parameters)) return [];
  return Object.entries(parameters).flatMap(([parameter, value]): readonly Use[] => {
    if (typeof value !== 'string') return [];
    const port = MAIL[cmdlet];
    if (port !== undefined && parameter === 'X509CertificateName')
      return [{ host: value.toLowerCase(), port }];
    if (HOSTS.has(parameter)) return [{ host: value.toLowerCase(), port: HTTPS, folder: RPC }];
    const [, host, folder] = /^https:\/\/([^/:]+)\/([^/]+)/i.exec(value) ?? [];
    return host === undefined || folder === undefined
      ? []
      : [{ host: host.toLowerCase(), port: HTTPS, folder }];
  });
}

function poolsOf(steps: readonly JsonRecord[]): readonly PlannedPool[] {
  const pools = new Map<
    string,
    { virtualAddresses: readonly string[]; members: Record<string, readonly string[]> }
  >();
  for (const { kind, server, virtualAddresses, addresses } of steps) {
    if (kind !== 'load-balancer' || typeof server !== 'string') continue;
    const key = textsIn(virtualAddresses).join();
    const pool = pools.get(key) ?? { virtualAddresses: textsIn(virtualAddresses), members: {} };
    pool.members[server] = textsIn(addresses);
    pools.set(key, pool);
  }
  return [...pools.values()];
}

function hostsOf({ endpointCertificate }: JsonRecord): readonly string[] {
  return textsIn(recordIn(endpointCertificate)['hosts']).filter((host) => host.includes('.'));
}
