/** Rules whose warning may be right where somebody has arranged for it: `certificate.accepted` takes them. */
export const ACCEPTABLE_RULE_IDS = ['certificate-server-name', 'certificate-iis'] as const;

export type AcceptableRuleId = (typeof ACCEPTABLE_RULE_IDS)[number];

/**
 * Rules that `rules` of a site takes: all warnings, and errors that stop nothing from being made. Stable, since declarations
 * name them.
 */
export const CHANGEABLE_RULE_IDS = [
  'rollout-wave-whole',
  'subnet-overlap',
  'subnet-server',
  'server-datacentre',
  'namespace-unused',
  'namespace-old',
  'legacy-name',
  'publishing-unused',
  'external-address',
  'load-balancer-layer',
  'nlb-service-pack',
  'nlb-mail-certificate',
  'certificate-server-name',
  'certificate-internal-name',
  'certificate-zone',
  'certificate-iis',
  'certificate-mail-protocol',
  'certificate-mail-exchanger',
  'dag-upgrade',
  'dag-stretched',
  'health-connectivity-old',
  'maintenance-round-robin',
  'maintenance-mail-protocols',
] as const;

export type ChangeableRuleId = (typeof CHANGEABLE_RULE_IDS)[number];
