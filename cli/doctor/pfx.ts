import { ExchangeVersion } from '../../exchange/versions';
import { certificateProblems, readPfx } from '../../provider/pfx';
import { choiceOf } from '../../provider/pfx-choice';
import { publicCertificates } from '../../provider/public-certificates';
import { SiteCertificates } from '../../provider/site-certificates';
import { hasErrors, type Diagnostic, type KnownValues, type Value, type Values } from '../../schema';
import { failed, ok, warned, type Verdict } from './check';
import type { Stack } from './stack-file';

const COMMITTED =
  'Plans do not need the PFX, since the certificate is committed (certificateFile). A deploy needs it as soon as a server lacks the certificate.';

/**
 * Whether each PFX of the site opens with the password in the environment; and what a plan would report about its
 * content.
 */
export async function pfxVerdicts(stack: Stack, now = new Date()): Promise<readonly Verdict[]> {
  const byFile = new Map(
    stack.certificates.map((resource) => [textOf(resource['pfx_file']), resource as KnownValues]),
  );
  return Promise.all([...byFile].map(([file, resource]) => verdictOf(file, resource, stack, now)));
}

/** @param resource one of the resources with this file */
async function verdictOf(file: string, resource: KnownValues, stack: Stack, now: Date): Promise<Verdict> {
  const isOfFile = ({ pfx_file: other }: Values) => other === file;
  const committed = stack.publicCertificates.filter(isOfFile);
  const site = new SiteCertificates(stack.siteCertificates);
  const name = site.nameOf(file);
  const { diagnostics: unfit } = await publicCertificates(committed, site);
  if (unfit.length > 0) return said(unfit);
  const { pfx_password: password } = resource;
  const pfx = await readPfx(file, typeof password === 'string' ? password : null, choiceOf(resource), name);
  if ('severity' in pfx) {
    return committed.length === 0 ? said([pfx]) : warned(pfx.summary, `${pfx.detail} ${COMMITTED}`);
  }
  const servers = stack.certificates.filter(isOfFile).map(({ server }) => textOf(server));
  const versions = [...new Set(servers.flatMap((server) => stack.versions[server] ?? []))];
  const problems = certificateProblems(
    pfx,
    resource,
    versions.map((label) => ExchangeVersion.of(label)),
    now,
    name,
  );
  return problems.length === 0
    ? ok(
        `'${file}' opens, and its certificate is valid for ${servers.join(', ')} until ${pfx.facts.notAfter}`,
      )
    : said(problems);
}

/** Errors, which stop a plan, come first; warnings follow. */
function said(problems: readonly Diagnostic[]): Verdict {
  const verdict = hasErrors(problems) ? failed : warned;
  return verdict(
    problems.map(({ summary }) => summary).join('; '),
    problems.map(({ detail }) => detail).join('\n'),
  );
}

const textOf = (value: Value | undefined) => (typeof value === 'string' ? value : '');
