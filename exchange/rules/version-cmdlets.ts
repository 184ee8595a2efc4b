import { formatPath, path } from '../../schema';
import type { Path } from '../../schema';
import type { ExchangeObject } from '../element';
import { catalogOf } from '../versions';
import type { Unsupported } from '../versions';
import type { Finding, Rule } from './rule';

function lack(unsupported: Unsupported): string {
  if (unsupported.problem === 'cmdlet') return `no cmdlet ${unsupported.name}`;
  return `no parameter ${unsupported.name} of ${unsupported.cmdlet}`;
}

export const versionCmdlets: Rule = {
  id: 'version-cmdlets',
  severity: 'error',
  description: `Every cmdlet and parameter of the plan exists in the declared version of its server.`,
  check: ({ site, objects }) => {
    const lacking = objects.flatMap((object): readonly Lacking[] => {
      const missing = object.steps
        .map(({ invocation }) => catalogOf(object.version).supports(invocation))
        .find((unsupported) => unsupported !== undefined);
      if (missing === undefined) return [];
      const index = site.servers.findIndex(({ name }) => name === object.server);
      return [
        {
          object,
          missing,
          at: index === -1 ? (object.origin['server'] ?? []) : path('servers', index, 'version'),
        },
      ];
    });
    const places = [...new Set(lacking.map(({ at }) => formatPath(at)))];
    return places.flatMap((place) => findingOf(lacking.filter(({ at }) => formatPath(at) === place)));
  },
};

interface Lacking {
  readonly object: ExchangeObject;
  readonly missing: Unsupported;
  readonly at: Path;
}

/** One finding for everything that a version lacks, because there is one remedy. */
function findingOf(lacking: readonly Lacking[]): readonly Finding[] {
  const [first] = lacking;
  if (first === undefined) return [];
  const { server, version } = first.object;
  const each = lacking.map(
    ({ missing, object: { id, definition } }) => `${lack(missing)}, which ${id} (${definition.kind}) needs`,
  );
  return [
    {
      path: first.at,
      problem: `${version.toString()} has ${each.join('; ')}`,
      remedy:
        server === null
          ? 'if the servers run another version, correct it; otherwise take what needs the cmdlet out of the declaration'
          : `correct the version of ${server}; this site cannot be made with ${version.label}`,
    },
  ];
}
