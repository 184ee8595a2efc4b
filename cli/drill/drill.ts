import { checkServerIdentity } from 'node:tls';
import { placeOf, type ConnectTo } from '../../provider/connect-to';
import { notSeenText } from '../../provider/look-problem';
import { pageOver, shownThumbprint, visit } from '../../provider/tls-visit';
import type { PlannedName, PlannedNames } from './planned-names';

/** What a drill asks the outside. Tests give their own. */
export interface Surroundings {
  /** The IPv4 and IPv6 addresses of a name in DNS. Empty where it has none. Rejects where DNS does not answer. */
  readonly resolve: (name: string) => Promise<readonly string[]>;
  readonly connectTo: ConnectTo;
}

/**
 * Whether a name, or one of its addresses, answers. `unsure`: it depends on something that cannot be seen from here.
 */
export type Verdict = 'answers' | 'unsure' | 'silent';

export interface AddressReport {
  readonly address: string;
  /** The server at this address, behind a load balancer. Left out: the address comes from DNS. */
  readonly server?: string;
  readonly answers: boolean;
  /** What was observed. */
  readonly detail: string;
}

export interface NameReport {
  readonly name: string;
  readonly verdict: Verdict;
  /** The reason, in a sentence. */
  readonly detail: string;
  /** The addresses that remain without the server. */
  readonly addresses: readonly AddressReport[];
}

export interface DrillReport {
  readonly without: string;
  /** The addresses that the server takes along. */
  readonly gone: readonly string[];
  readonly names: readonly NameReport[];
}

/** It is not known which addresses the server takes along. */
export class UnknownServer extends Error {
  override readonly name = 'UnknownServer';
}

/**
 * Finds out which names still answer without a server. Asks DNS for each name, leaves out the addresses of the server,
 * and connects to each of the others with TLS, where it reads the health pages of what the name stands for. Only reads,
 * and sends no credentials.
 *
 * @param gone addresses of the server. Left out: those of its name in DNS
 * @throws UnknownServer where the addresses of the server are not known
 */
export async function drill(
  plan: PlannedNames,
  without: string,
  surroundings: Surroundings,
  gone?: readonly string[],
): Promise<DrillReport> {
  const addresses = gone ?? (await addressesOf(plan, without, surroundings));
  const names = await Promise.all(
    plan.names.map((name) => nameReport(plan, name, without, addresses, surroundings)),
  );
  return { without, gone: addresses, names };
}

async function addressesOf(
  { hosts, pools }: PlannedNames,
  server: string,
  { resolve }: Surroundings,
): Promise<readonly string[]> {
  const wanted = server.toLowerCase();
  const host = hosts.find((each) => [each.toLowerCase(), each.toLowerCase().split('.')[0]].includes(wanted));
  if (host === undefined) {
    const names = hosts.map((each) => each.split('.')[0]).join(', ');
    throw new UnknownServer(`the plan has no server ${server}; its servers are ${names}`);
  }
  const planned = pools.flatMap(({ members }) =>
    Object.entries(members).flatMap(([name, own]) =>
      name.toLowerCase() === host.toLowerCase().split('.')[0] ? own : [],
    ),
  );
  const resolved = await resolve(host).catch(() => []);
  const found = [...new Set([...planned, ...resolved])];
  if (found.length > 0) return found;
  throw new UnknownServer(
    `DNS has no address of ${host}; name the addresses of the server yourself: --without ${server}=192.0.2.11`,
  );
}

async function nameReport(
  { pools }: PlannedNames,
  planned: PlannedName,
  without: string,
  gone: readonly string[],
  surroundings: Surroundings,
): Promise<NameReport> {
  const { name } = planned;
  let all: readonly string[];
  try {
    all = await surroundings.resolve(name);
  } catch (error) {
    return silent(name, `DNS does not answer: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (all.length === 0) return silent(name, 'DNS has no address of this name');
  const left = all.filter((address) => !gone.includes(address));
  if (left.length === 0) return silent(name, `DNS has only addresses of ${without} for this name`);
  const pool = pools.find(({ virtualAddresses }) =>
    virtualAddresses.some((address) => left.includes(address)),
  );
  const behind = Object.entries(pool?.members ?? {}).flatMap(([server, addresses]) =>
    addresses.flatMap((address) => (gone.includes(address) ? [] : [{ server, address }])),
  );
  const looked = await Promise.all([
    ...left.map(async (address) => ({ address, ...(await seen(planned, address, surroundings)) })),
    ...behind.map(async (member) => ({ ...member, ...(await seen(planned, member.address, surroundings)) })),
  ]);
  const answering = looked.filter(({ answers }) => answers);
  if (pool !== undefined) return { name, addresses: looked, ...pooled(looked, without) };
  if (answering.length === 0)
    return { name, verdict: 'silent', addresses: looked, detail: 'no other address answers' };
  return {
    name,
    verdict: 'answers',
    addresses: looked,
    detail:
      answering.length === looked.length
        ? `${answering.length === 1 ? 'another address answers' : `${answering.length} other addresses answer`}`
        : `${answering.length} of ${looked.length} other addresses answer; clients that try the others first have to wait`,
  };
}

function silent(name: string, detail: string): NameReport {
  return { name, verdict: 'silent', detail, addresses: [] };
}

/** A load balancer shows what it does without the server only once the server is really gone. */
function pooled(looked: readonly AddressReport[], without: string): Pick<NameReport, 'verdict' | 'detail'> {
  const [virtual, members] = [
    looked.filter(({ server }) => server === undefined),
    looked.filter(({ server }) => server !== undefined),
  ];
  if (!members.some(({ answers }) => answers)) {
    return {
      verdict: 'silent',
      detail: `behind the load balancer only ${without} could answer; the other servers do not`,
    };
  }
  if (!virtual.some(({ answers }) => answers)) {
    return { verdict: 'silent', detail: 'the load balancer does not answer' };
  }
  return {
    verdict: 'unsure',
    detail: `the load balancer answers, and so do other servers behind it; whether it stops sending clients to ${without} can be seen only while ${without} is down`,
  };
}

/** What an address answers under a name. */
async function seen(
  { name, port, folders }: PlannedName,
  address: string,
  { connectTo }: Surroundings,
): Promise<Pick<AddressReport, 'answers' | 'detail'>> {
  const place = placeOf({ host: address, port }, connectTo);
  const handshake = await visit(place, name, {}, (socket) => ({
    kind: 'shown' as const,
    thumbprint: shownThumbprint(socket),
    covers: checkServerIdentity(name, socket.getPeerCertificate()) === undefined,
  }));
  if (handshake.kind !== 'shown')
    return { answers: false, detail: notSeenText(`${address}:${port}`, address, handshake) };
  const { thumbprint, covers } = handshake;
  if (!covers) return { answers: false, detail: `the certificate ${thumbprint} does not have this name` };
  const pages = await Promise.all(
    folders.map(async (folder) => {
      const path = `/${folder}/healthcheck.htm`;
      const answer = await visit(place, name, {}, (socket) => pageOver(socket, name, path));
      return { path, answer };
    }),
  );
  const ill = pages.flatMap(({ path, answer }) => {
    if ('kind' in answer) return [`${path}: ${notSeenText(`${address}:${port}`, address, answer)}`];
    return answer.status >= 500 ? [`${path} answers ${answer.status}`] : [];
  });
  if (ill.length > 0) return { answers: false, detail: ill.join(', ') };
  const healthy = pages.filter(({ answer }) => 'isHealthy' in answer && answer.isHealthy).length;
  const shown = `TLS with the certificate ${thumbprint}`;
  return {
    answers: true,
    detail:
      healthy === 0
        ? `${shown}, no health page`
        : `${shown}, ${healthy} of ${pages.length} health pages say 200 OK`,
  };
}
