import type { Side } from '../../exchange/given-names';
import type { ExchangePlan } from '../../exchange/plan/model';

/** By the cmdlet: the service in the words of the scenario. */
const SERVICES: { readonly [cmdlet: string]: string } = {
  'Set-ClientAccessServer': 'scp',
  'Set-ClientAccessService': 'scp',
  'Set-OutlookAnywhere': 'outlook-anywhere',
  'Set-OwaVirtualDirectory': 'owa',
  'Set-EcpVirtualDirectory': 'ecp',
  'Set-ActiveSyncVirtualDirectory': 'activesync',
  'Set-WebServicesVirtualDirectory': 'ews',
  'Set-OabVirtualDirectory': 'oab',
  'Set-MapiVirtualDirectory': 'mapi',
};

const hostOf = (text: string) => (URL.canParse(text) ? new URL(text).hostname : text);

/** Hosts that a server gives to clients, by the service; several where inside and outside differ. */
export function given(plan: ExchangePlan, server: string): { readonly [service: string]: string } {
  const hosts: { [service: string]: string } = {};
  for (const step of plan.steps) {
    const service = 'cmdlet' in step && step.server === server ? SERVICES[step.cmdlet] : undefined;
    if (!('cmdlet' in step) || service === undefined) continue;
    const of = (names: RegExp) => [
      ...new Set(
        Object.entries(step.parameters).flatMap(([name, value]) =>
          names.test(name) && typeof value === 'string' ? [hostOf(value)] : [],
        ),
      ),
    ];
    hosts[service] = of(/^(Internal|External)(Url|Hostname)$|InternalUri$/i).join(' ');
    const [failback] = of(/^FailbackUrl$/);
    if (failback !== undefined) hosts[`${service}, failed back`] = failback;
  }
  return hosts;
}

/** Addresses by the name within the zone, in a view. */
export function records(
  plan: ExchangePlan,
  of: Side = 'internal',
): { readonly [name: string]: readonly string[] } {
  return Object.fromEntries(
    plan.steps.flatMap((step) =>
      step.kind === 'dns' && (step.view ?? 'internal') === of
        ? [[step.name ?? '', step.addresses ?? []] as const]
        : [],
    ),
  );
}

/** Every name that DNS holds in some view, sorted. */
export function sharedHosts(plan: ExchangePlan): readonly string[] {
  const names = [...Object.keys(records(plan)), ...Object.keys(records(plan, 'external'))];
  return [...new Set(names)].map((name) => `${name}.contoso.com`).sort();
}
