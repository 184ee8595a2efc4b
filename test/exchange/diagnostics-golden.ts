import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatDiagnostic } from '../../exchange/rules';
import type { SiteDiagnostic } from '../../exchange/rules/rule';
import type { RuleCase } from './rule-case';

const PATH = join(__dirname, 'golden/diagnostics.txt');
const SECTION = '## ';

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

let held: ReadonlyMap<string, string> | undefined;

/** What the golden file holds, by the title of the case. */
export function goldenDiagnostics(): ReadonlyMap<string, string> {
  return (held ??= readGolden());
}

function readGolden(): ReadonlyMap<string, string> {
  const sections = readFileSync(PATH, 'utf8').split(`\n${SECTION}`).slice(1);
  return new Map(
    sections.map((section) => {
      const end = section.indexOf('\n\n');
      return [section.slice(0, end), section.slice(end + 2)] as const;
    }),
  );
}

/** For `UPDATE_GOLDEN=1`; then review the difference by eye. */
export function writeGoldenDiagnostics(
  told: readonly (readonly [title: string, diagnostics: string])[],
): void {
  mkdirSync(dirname(PATH), { recursive: true });
  const head = 'What each case of the rules is told, in full.\n';
  writeFileSync(PATH, head + told.map(([title, text]) => `\n${SECTION}${title}\n\n${text}`).join(''));
}
