import { site as declared } from '../../environments/two-node-dag-2013';
import type { DatabaseAvailabilityGroup, ExchangeSiteProps, Server } from '../../exchange/site';

export const ZONE = 'andersonpatricio.info';
export const NAMES = [`webmail.${ZONE}`, `autodiscover.${ZONE}`] as const;
export const [FIRST, SECOND] = declared.servers as readonly [Server, Server];

/** The one DAG of the sample. */
export const DAG = declared.dag as DatabaseAvailabilityGroup;

/** The sample environment: both servers. */
export const bothServers: ExchangeSiteProps = { ...declared, health: { timeoutSeconds: 1 } };

/** The same before the second server was there. */
export const firstServer: ExchangeSiteProps = { ...bothServers, servers: [FIRST] };
