import type { Element } from '../element';
import type { Topology } from '../topology';
import { arrays } from './arrays';
import { certificate } from './certificate';
import { connectivity } from './connectivity';
import { dag } from './dag';
import { databases } from './databases';
import { dns } from './dns';
import { health } from './health';
import { outlookProviders } from './outlook-providers';
import type { Phase } from './phase';
import { mailProtocols } from './mail-protocols';
import { nlb } from './nlb';
import { publish } from './publish';
import { reverseProxy } from './reverse-proxy';
import { copies, membership } from './replication';
import { scp } from './scp';
import { sslOffload } from './ssl-offload';
import { urls } from './urls';

/** The phases. Each sees the elements of the earlier ones. A deploy keeps this order where dependencies allow. */
const PHASES: readonly Phase[] = [
  scp, // Service connection points hand out the Autodiscover name.
  certificate, // Certificates are installed, with their services.
  urls, // Outlook Anywhere and virtual directories get their names.
  sslOffload, // Manual steps: IIS stops requiring TLS.
  mailProtocols, // POP and IMAP get their names.
  outlookProviders, // Outlook is told which name to expect on the certificate.
  arrays, // Client access arrays of Exchange 2010.
  dag, // DAGs, their members and datacenter activation coordination.
  membership, // Checks that members take part in their DAG.
  databases, // Mailbox databases and their copies.
  health, // The health gate of each server.
  copies, // Checks that database copies are up to date.
  publish, // Manual steps: servers join the pools of load balancers.
  nlb, // Manual steps: Network Load Balancing clusters.
  dns, // DNS records, after every health gate.
  connectivity, // Connectivity tests through the names in DNS.
  reverseProxy, // Manual steps: the reverse proxy, before external DNS records.
];

/** All elements of a site, phase by phase. */
export function elementsOfPhases(topology: Topology): readonly Element[] {
  return PHASES.reduce<readonly Element[]>((made, phase) => [...made, ...phase(topology, made)], []);
}
