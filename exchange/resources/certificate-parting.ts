import type { Invocation } from '../../powershell/invocation';
import type { PowerShellObject } from '../../powershell/outcome';
import { renderInvocation } from '../../powershell/script';
import type { Diagnostic } from '../../schema';
import { certificatePlace } from '../certificate-name';
import {
  handovers,
  leavingOnly,
  partingThumbprints,
  takenOver,
  takerOf,
  type CertificateChange,
  type CertificateRole,
} from './certificate-handover';
import { holderInquiries, LISTED_ON_SEVERAL, verdictOn, type Verdict } from './certificate-holders';
import { ENABLE, removal, SMTP, stays } from './certificate-steps';
import type { Facts } from './facts';
import { includesName, sameName } from './equality';
import { installedCertificates, typedFor, withThumbprint } from './installed-certificate';
import type { Answers } from './step';

/** A certificate that a change gives up, and whether it can be removed from its server afterwards. */
interface Parting {
  readonly thumbprint: string;
  readonly verdict: Verdict;
}

/** The change with the thumbprint of the planned certificate; null where it is not known yet. */
function aimedAt(
  objects: readonly PowerShellObject[],
  { prior, planned }: CertificateChange,
): CertificateChange | null {
  if (planned === null) return { prior, planned };
  const { thumbprint } = planned;
  if (thumbprint === null) return null;
  const isThere = withThumbprint(objects, thumbprint) !== undefined;
  const own = (prior?.imported ?? []).filter((imported) => sameName(imported, thumbprint));
  return { prior, planned: { ...planned, imported: isThere ? own : [thumbprint] } };
}

/** The change without what another object of the server takes over. */
function ofObject(change: CertificateChange, facts: Facts): CertificateChange {
  const { prior, planned } = change;
  return planned === null && prior !== null ? { planned, prior: leavingOnly(change, prior, facts) } : change;
}

/**
 * The reads for the certificates that a change gives up; none where it gives up none, or none that could be removed.
 */
export function partingInquiries(
  objects: readonly PowerShellObject[],
  change: CertificateChange,
  facts: Facts,
): readonly Invocation[] {
  const aim = aimedAt(objects, ofObject(change, facts));
  const leaving = aim === null ? [] : partingThumbprints(aim, facts);
  const isOpen = leaving.some(
    (thumbprint) => (withThumbprint(objects, thumbprint)?.services ?? null) !== null,
  );
  return isOpen ? holderInquiries(serverOf(change), facts) : [];
}

/**
 * Which certificates a change imports, keeps and gives up. In an update, a certificate that is still in use stays in
 * the state, so that a later plan removes it once it is free. Any other certificate that cannot be removed leaves the
 * state.
 */
export function foreseenPartings(
  objects: readonly PowerShellObject[],
  change: CertificateChange,
  facts: Facts,
  answers: Answers,
) {
  const aim = aimedAt(objects, ofObject(change, facts));
  if (aim === null) return { values: {}, diagnostics: [] };
  const isTakenOver = change.planned === null && takenOver(change, facts) !== undefined;
  const staying = partings(objects, aim, facts, answers).filter(({ verdict }) => verdict.kind !== 'free');
  const kept = staying.filter((parting) => isKept(parting, aim));
  const left = staying.filter((parting) => !kept.includes(parting));
  const thumbprints = (some: readonly Parting[]) => some.map(({ thumbprint }) => thumbprint);
  return {
    values: {
      ...(aim.planned === null
        ? { services: aim.prior?.services ?? [] }
        : { imported: [...(aim.planned.imported ?? []), ...thumbprints(kept)] }),
      left_on_server: isTakenOver ? (change.prior?.imported ?? []) : thumbprints(left),
    },
    diagnostics: [
      ...remarksOnPartings(staying, aim, facts),
      ...(isTakenOver ? remarksOnTakingOver(change, facts) : []),
      ...remarksOnServices(aim, facts),
    ],
  };
}

/** The certificates to give up that are on the server. Others need no remark. */
function partings(
  objects: readonly PowerShellObject[],
  change: CertificateChange,
  facts: Facts,
  answers: Answers,
): readonly Parting[] {
  const leaving = partingThumbprints(change, facts);
  const others = [
    ...installedCertificates(objects).filter(({ thumbprint }) => !includesName(leaving, thumbprint)),
    ...(change.planned === null ? [] : [change.planned]),
  ];
  return leaving.flatMap((thumbprint) => {
    const certificate = withThumbprint(objects, thumbprint);
    if (certificate === undefined) return [];
    const verdict = verdictOn({
      server: serverOf(change),
      certificate,
      others,
      answers,
      handovers: handovers(change),
      facts,
    });
    return [{ thumbprint, verdict }];
  });
}

function isKept({ verdict }: Parting, { planned }: CertificateChange): boolean {
  return planned !== null && verdict.kind === 'held';
}

/**
 * The plan's remarks on certificates that stay on the server, except those that an earlier plan has reported already.
 */
function remarksOnPartings(
  staying: readonly Parting[],
  change: CertificateChange,
  facts: Facts,
): readonly Diagnostic[] {
  const server = serverOf(change);
  return staying.flatMap((parting): readonly Diagnostic[] => {
    const { thumbprint, verdict } = parting;
    if (verdict.kind === 'free') return [];
    if (isKept(parting, change) && verdict.kind === 'held') {
      return sameName(change.prior?.thumbprint ?? '', thumbprint)
        ? [
            {
              severity: 'warning',
              summary: `The certificate ${thumbprint} stays on ${server}`,
              detail: `It is in use: ${verdict.by}. ${verdict.wayOut} It stays in the state (imported), and the next plan after that shows its removal.`,
            },
          ]
        : [];
    }
    const { summary, detail } = stays(server, thumbprint, verdict);
    const cmdlet = renderInvocation(removal(server, thumbprint, facts));
    return [{ severity: 'warning', summary, detail: `${detail}\n  ${cmdlet}` }];
  });
}

/** A renamed certificate is another object to Terraform, which then plans to remove the old one. */
function remarksOnTakingOver(change: CertificateChange, facts: Facts): readonly Diagnostic[] {
  const name = takenOver(change, facts);
  if (name === undefined) return [];
  const { thumbprint, server } = change.prior ?? {};
  return [
    {
      severity: 'warning',
      summary: `The certificate ${thumbprint ?? ''} stays on ${server ?? ''} as ${certificatePlace(name)}`,
      detail:
        'Nothing is run for it: it only has another name in the state. So that its renewal removes it one day, move the ' +
        'state instead, before this deploy: terraform state mv <old address> <new address>.',
    },
  ];
}

/** Remarks on services that are no longer declared, because Exchange cannot take a service away from a certificate. */
function remarksOnServices(change: CertificateChange, facts: Facts): readonly Diagnostic[] {
  const { prior, planned } = change;
  if (prior === null || planned === null) return [];
  const thumbprint = prior.thumbprint ?? '';
  const gone = (prior.services ?? []).filter((name) => !includesName(planned.services, name));
  if (gone.length === 0 || !sameName(planned.thumbprint ?? '', thumbprint)) return [];
  const server = planned.server ?? '';
  const left = gone.filter((name) => takerOf(name, change, facts) === undefined);
  const taken = gone.flatMap((service) => {
    const taker = takerOf(service, change, facts);
    return taker === undefined ? [] : [{ service, taker }];
  });
  return [
    ...taken.map((each) => remarkOnTaken(each, thumbprint, server)),
    ...remarksOnLeft(left, planned, facts),
  ];
}

/** The remark on a service that another certificate of the server gets. */
function remarkOnTaken(
  { service, taker }: { readonly service: string; readonly taker: string },
  thumbprint: string,
  server: string,
): Diagnostic {
  return {
    severity: 'warning',
    summary: `${service} of ${server} goes to ${certificatePlace(taker)}`,
    detail: whatStays(service, thumbprint),
  };
}

/** https://learn.microsoft.com/exchange/mail-flow/mail-routing/inbound-starttls-certificates-selection */
function whatStays(service: string, thumbprint: string): string {
  if (sameName(service, SMTP)) {
    return `Exchange takes it from none: SMTP stays listed on ${thumbprint}, too, and a Receive connector shows the one that has its FQDN.`;
  }
  return includesName(LISTED_ON_SEVERAL, service)
    ? `Its settings get a name of that one (X509CertificateName); it stays listed on ${thumbprint} as well, where that has the name.`
    : `Exchange takes it from ${thumbprint} by giving it to the other one.`;
}

function remarksOnLeft(
  left: readonly string[],
  planned: CertificateRole,
  facts: Facts,
): readonly Diagnostic[] {
  if (left.length === 0) return [];
  const [server, thumbprint] = [planned.server ?? '', planned.thumbprint ?? ''];
  const other = planned.fallback_thumbprint || '<thumbprint of another one>';
  const giving = { cmdlet: ENABLE, parameters: { Thumbprint: other, Services: left } };
  return [
    {
      severity: 'warning',
      summary: `The certificate ${thumbprint} keeps ${left.join(', ')} on ${server}`,
      detail:
        'Exchange takes no service from a certificate, so that nothing is run for what left the declaration. To let ' +
        `another one serve it: ${typedFor(server, giving, facts)}. ` +
        'SMTP stays listed on both, POP and IMAP on each that has the name of their settings.',
    },
  ];
}

function serverOf({ prior, planned }: CertificateChange): string {
  return (planned ?? prior)?.server ?? '';
}
