import { join } from 'node:path';
import { formatDiagnostic } from '../../exchange/rules';
import type { SiteDiagnostic } from '../../exchange/rules/rule';
import { GoldenSections } from '../golden-sections';
import type { RuleCase } from './rule-case';

/** By the title of the case. */
export const goldenDiagnostics = new GoldenSections(
  join(__dirname, 'golden/diagnostics.txt'),
  'What each case of the rules is told, in full.',
);

/** The line above the diagnostics of a case. */
export function titleOf({ rule, when }: RuleCase): string {
  return `${rule}: found when ${when}`;
}

/** Every diagnostic of a declaration, whole. Thumbprints of certificates that the tests make are left out. */
export function whole(diagnostics: readonly SiteDiagnostic[]): string {
  return diagnostics
    .map((diagnostic) => `${diagnostic.severity}: ${formatDiagnostic(diagnostic)}\n`)
    .join('')
    .replace(/\b[0-9A-F]{40}\b/g, '(thumbprint)');
}
