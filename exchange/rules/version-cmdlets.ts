import { path } from '../../schema';
import type { Path } from '../../schema';
import { catalogOf } from '../versions';
import type { Unsupported } from '../versions';
import type { Rule } from './rule';

function lack(unsupported: Unsupported, version: string): string {
  if (unsupported.problem === 'cmdlet') return `${version} has no cmdlet ${unsupported.name}`;
  return `${unsupported.cmdlet} of ${version} has no parameter ${unsupported.name}`;
}

export const versionCmdlets: Rule = {
  id: 'version-cmdlets',
  severity: 'error',
  description: `Every cmdlet and parameter of the plan exists in the declared version of its server.`,
  check: ({ site, objects }) =>
    objects.flatMap(({ id, server, version, steps, origin, definition }) => {
      const missing = steps
        .map(({ invocation }) => catalogOf(version).supports(invocation))
        .find((unsupported) => unsupported !== undefined);
      if (missing === undefined) return [];
      const index = site.servers.findIndex(({ name }) => name === server);
      const own = origin['internal_url'];
      const declaredForService = own !== undefined && own.length > 2;
      const at: Path =
        index === -1
          ? (origin['server'] ?? [])
          : declaredForService
            ? own
            : path('servers', index, 'version');
      return [
        {
          path: at,
          problem: `${lack(missing, version.toString())}, which ${id} (${definition.kind}) needs`,
          remedy:
            index === -1
              ? 'correct the version of the servers where they run another one; while there is no such DAG yet, leave it out'
              : declaredForService
                ? `leave this service out: ${server ?? ''} does not have it, or declare another version`
                : `correct the version of ${server ?? ''}; this site cannot be made with ${version.label}`,
        },
      ];
    }),
};
