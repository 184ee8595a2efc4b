import { site as declared } from '../../environments/two-node-dag-2013';
import { isOneCertificate } from '../../exchange/declared-certificates';
import type { DatabaseAvailabilityGroup, Server } from '../../exchange/site';
import type { OneCertificateSite } from '../exchange/sites';

export const ZONE = 'andersonpatricio.info';
export const NAMES = [`webmail.${ZONE}`, `autodiscover.${ZONE}`] as const;
export const [FIRST, SECOND] = declared.servers as readonly [Server, Server];

/** The one DAG of the sample. */
export const DAG = declared.dag as DatabaseAvailabilityGroup;
const { certificate } = declared;
if (!isOneCertificate(certificate)) throw new Error('the sample environment has several certificates');

/** The sample environment: both servers. */
export const bothServers: OneCertificateSite = { ...declared, certificate, health: { timeoutSeconds: 1 } };

/** The same before the second server was there. */
export const firstServer: OneCertificateSite = { ...bothServers, servers: [FIRST] };
