import { textOf } from '../../exchange/resources/property';
import { ExchangeVersion } from '../../exchange/versions';
import type { Diagnostic } from '../../schema';
import { hasErrors } from '../../schema';
import type { Check, Verdict } from './check';
import { failed, ok, warned } from './check';
import type { Checkup } from './checkup';

/** Compares the servers of the organization with those that are declared, and with those of the plan. */
export const servers: Check = {
  name: 'servers',
  of: ['process', 'ssh', 'wsman'],
  run: async (checkup) => {
    const target = await checkup.target();
    const reading = await target.observe({
      cmdlet: 'Get-ExchangeServer',
      parameters: {},
      properties: ['Name', 'AdminDisplayVersion'],
    });
    if (reading.kind === 'failed') return failure(reading.diagnostics);
    const found = reading.outcome.objects.map((object) => ({
      name: textOf(object, 'Name') ?? '',
      version: ExchangeVersion.ofBuild(textOf(object, 'AdminDisplayVersion') ?? ''),
    }));
    const warnings: Diagnostic[] = [];
    for (const name of checkup.settings.versions.keys()) {
      const problems = await target.versionProblems(name);
      if (hasErrors(problems)) return failure(problems);
      warnings.push(...problems);
    }
    const listed = found.map(({ name, version }) => `${name} (${version?.toString() ?? 'unknown version'})`);
    const names = new Set(found.map(({ name }) => name.toLowerCase()));
    const absent = (checkup.plan?.servers ?? []).filter((name) => !names.has(name.toLowerCase()));
    if (absent.length > 0) {
      return failed(
        `the organization has no ${absent.join(', ')}; it has ${listed.join(', ') || 'no server'}`,
        "Correct the servers' names in the declaration and synthesize the plan again, or install the servers first.",
      );
    }
    checkup.servers = thatCount(checkup, found);
    return warnings.length > 0
      ? warned(...said(warnings))
      : ok(listed.join(', ') || 'the organization has no server yet');
  },
};

/** The servers to take into account: those of the plan; without a plan those that are declared; or else all. */
function thatCount<Server extends { readonly name: string }>(
  { plan, settings, own }: Checkup,
  found: readonly Server[],
): readonly Server[] {
  const named = new Set((plan?.servers ?? [...settings.versions.keys()]).map((name) => name.toLowerCase()));
  return found.filter(({ name }) => {
    const isOther = own === undefined && settings.serverSessions.has(name.toLowerCase());
    return named.size === 0 ? !isOther : named.has(name.toLowerCase());
  });
}

function failure(diagnostics: readonly Diagnostic[]): Verdict {
  return failed(...said(diagnostics));
}

function said(diagnostics: readonly Diagnostic[]): [detail: string, remedy: string] {
  return [
    diagnostics.map(({ summary }) => summary).join('; '),
    diagnostics.map(({ detail }) => detail).join('\n'),
  ];
}
