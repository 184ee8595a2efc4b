import type { JournalEntry } from '../../../lab/exchange/journal';
import type { SimulatedOrganization } from '../../../lab/exchange/organization';

/** Everything in an organization but the moments at which it changed. */
export function settled(lab: SimulatedOrganization): unknown {
  const { organization, servers } = lab.read();
  return JSON.parse(
    JSON.stringify([organization, ...servers.values()], (key, value: unknown) =>
      key === 'changed' || key === 'created' ? undefined : value,
    ),
  );
}

/** Calls that change something, or try to. */
export function writes(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  return entries.filter(({ cmdlet }) => !/^(Get|Test)-/.test(cmdlet));
}

/** How often each cmdlet had an effect. */
export function effects(entries: readonly JournalEntry[]): { readonly [cmdlet: string]: number } {
  const counts: { [cmdlet: string]: number } = {};
  for (const { cmdlet, applied } of writes(entries)) {
    if (applied) counts[cmdlet] = (counts[cmdlet] ?? 0) + 1;
  }
  return counts;
}

/** A state, but for who put a certificate on the server: one that a cut-off deploy left counts as there before. */
export function withoutOrigin(state: unknown): unknown {
  return JSON.parse(JSON.stringify(state), (name, value: unknown) =>
    name === 'imported' || name === 'removal_cmdlets' ? undefined : value,
  );
}
