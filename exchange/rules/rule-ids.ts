/** Rules whose warnings can be accepted in `accepted` of a certificate. */
export const ACCEPTABLE_RULE_IDS = ['certificate-server-name', 'certificate-iis'] as const;

export type AcceptableRuleId = (typeof ACCEPTABLE_RULE_IDS)[number];

/**
 * Rules whose severity `rules` of a site can change: all warnings, and errors in spite of which a site can be deployed.
 * The ids are stable, because declarations refer to them.
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
