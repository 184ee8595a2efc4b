import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { passwordsVerdict } from '../../cli/doctor/passwords';
import { readPlan } from '../../cli/doctor/plan-file';
import { exchangePlan } from '../../exchange/plan/exchange-plan';
import { resolveSite } from '../../exchange/resolve-site';
import type { ExchangeSiteProps } from '../../exchange/site';
import { site } from '../exchange/sites';

const folder = mkdtempSync(join(tmpdir(), 'passwords-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const right = site();
const several = site({
  certificate: {
    web: right.certificate,
    'e-mail': { pfxFile: 'smtp.pfx', names: ['smtp.contoso.com'], services: ['SMTP'] },
  },
});

async function planOf(content: unknown) {
  const file = join(folder, 'exchange-plan.json');
  writeFileSync(file, JSON.stringify(content));
  const read = await readPlan(file);
  if ('problem' in read) throw new Error(read.problem.summary);
  return read.plan;
}
const written = (declaration: ExchangeSiteProps) =>
  exchangePlan('contoso', declaration, resolveSite(declaration));
const verdict = async (environment: { readonly [name: string]: string }) =>
  passwordsVerdict(await planOf(written(several)), environment);

test('nothing is said of a site with one certificate', async () => {
  expect(passwordsVerdict(await planOf(written(right)), {})).toBeUndefined();
});

test('each of several certificates has its variable', async () => {
  const both = { TF_VAR_pfx_password_web: 'one', TF_VAR_pfx_password_e_mail: 'two' };
  expect(await verdict(both)).toEqual({
    state: 'ok',
    detail: 'the password of each PFX is given: TF_VAR_pfx_password_web, TF_VAR_pfx_password_e_mail',
  });
});

test('one that is not set is named, and so is the variable of the only certificate in its place', async () => {
  const missing = await verdict({ TF_VAR_pfx_password_web: 'one', TF_VAR_pfx_password_e_mail: '' });
  expect(missing).toMatchObject({ state: 'warning', detail: 'TF_VAR_pfx_password_e_mail is not set' });
  expect(await verdict({ TF_VAR_pfx_password: 'canary' })).toMatchObject({
    detail:
      'TF_VAR_pfx_password_web, TF_VAR_pfx_password_e_mail are not set; TF_VAR_pfx_password is set, but counts only for a site with one certificate',
  });
  expect(JSON.stringify(await verdict({ TF_VAR_pfx_password: 'canary' }))).not.toContain('canary');
});

test('a plan with a name that no certificate has is refused', async () => {
  const plan = { ...written(several), certificates: { '\u001b[2J': {} } };
  await expect(planOf(plan)).rejects.toThrow('which is not the name of a certificate');
});
