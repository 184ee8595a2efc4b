import type { Rule, RuleInput, SiteDiagnostic } from './rule';

export * from './rule';

/** In the order in which people should read what they find. */
export const RULES: readonly Rule[] = [];

export function checkRules(input: RuleInput): readonly SiteDiagnostic[] {
  return RULES.flatMap((rule) =>
    rule.check(input).map(({ path, problem, remedy }) => ({
      rule: rule.id,
      severity: rule.severity,
      path,
      summary: problem,
      detail: remedy,
    })),
  );
}
