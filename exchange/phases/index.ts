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

/** The phases, in the order in which a server goes through them. */
const PHASES: readonly Phase[] = [
  scp,
  certificate,
  urls,
  sslOffload,
  mailProtocols,
  outlookProviders,
  arrays,
  dag,
  membership,
  databases,
  health,
  copies,
  publish,
  nlb,
  dns,
  connectivity,
  reverseProxy,
];

/** All elements of a site, phase by phase. */
export function elementsOfPhases(topology: Topology): readonly Element[] {
  return PHASES.reduce<readonly Element[]>((made, phase) => [...made, ...phase(topology, made)], []);
}
