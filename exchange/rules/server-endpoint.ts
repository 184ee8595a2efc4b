import { sameUrl } from '../resources/equality';
import { FROM_ENVIRONMENT, mayHaveEndpoint } from '../server-endpoint';
import type { Placement } from '../topology';
import type { Finding, Rule } from './rule';

export const serverEndpoint: Rule = {
  id: 'server-endpoint',
  severity: 'error',
  description:
    'Only a server of Exchange 2007 or 2010 has an endpoint, and no two servers have the same one. The session of the organization reaches every newer server, and cmdlets without a server parameter act on the server that they run on.',
  check: ({ topology: { placements } }) => [
    ...placements.flatMap(needless),
    ...placements.flatMap((placement) => shared(placement, placements)),
  ],
};

function needless({ server: { name, version, endpoint }, path }: Placement): readonly Finding[] {
  if (endpoint === undefined || mayHaveEndpoint(version)) return [];
  return [
    {
      path: [...path, { attribute: 'endpoint' }],
      problem: `${name} runs ${version.toString()}, which the session of the organization reaches`,
      remedy: `take endpoint of the server out; where the session is to be opened on ${name}, write it in connection.endpoint`,
    },
  ];
}

function shared({ server, path }: Placement, placements: readonly Placement[]): readonly Finding[] {
  const { name, endpoint } = server;
  if (endpoint === undefined || endpoint === FROM_ENVIRONMENT) return [];
  const first = placements.find((other) => sameUrl(other.server.endpoint ?? '', endpoint))?.server;
  if (first === undefined || first === server) return [];
  return [
    {
      path: [...path, { attribute: 'endpoint' }],
      problem: `${name} has the endpoint of ${first.name}: what is meant for ${name} would be done on ${first.name}`,
      remedy: `write the endpoint that leads to ${name} itself`,
    },
  ];
}
