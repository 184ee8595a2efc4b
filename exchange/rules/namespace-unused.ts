import { declaredHosts } from '../declared-names';
import { mailHosts } from '../mail-protocols';
import type { Rule } from './rule';

export const namespaceUnused: Rule = {
  id: 'namespace-unused',
  severity: 'warning',
  description:
    'Every declared name is used by at least one server. A name is not published in DNS if the datacentres or servers replace it everywhere with names of their own.',
  check: ({ site, topology }) => {
    const published = new Set(topology.published.map(({ host }) => host.toLowerCase()));
    return [...declaredHosts(site), ...mailHosts(site)].flatMap(({ text, path }) =>
      published.has(text.toLowerCase()) || site.servers.length === 0
        ? []
        : [
            {
              path,
              problem: `no server gives '${text}' to clients, so that DNS does not hold it`,
              remedy:
                'leave it out if it is optional, or correct it to the name that the servers give; if DNS shall hold a name that no server gives, declare it in namespaces.alsoPublished',
            },
          ],
    );
  },
};
