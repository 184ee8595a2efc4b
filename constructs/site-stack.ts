import { mkdirSync, rmSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import type { ExchangeSiteProps } from '../exchange/site';
import { EnvironmentError } from './declaration-error';
import { ExchangeSite } from './exchange-site';
import { lockFile } from './lock-file';
import { PLAN_FILES, removePlans, writeBesideStack } from './plan-files';
import type { RecordSets } from './record-set';

/** The export of a file under `environments/`. */
export interface Environment {
  readonly site: ExchangeSiteProps;
  /**
   * Sets the backend that keeps the state, for example `(stack) => new S3Backend(stack, { … })`.
   *
   * @default a file terraform.<stack>.tfstate in the project's folder
   */
  readonly backend?: (stack: TerraformStack) => void;
  /**
   * A folder, relative to that of `cdktf.json`, into which synth also writes `exchange-plan.json` and `.ps1`. They can
   * be committed there, so that a pull request shows their changes: `plans/contoso`.
   *
   * @default they are written only into cdktf.out, which is not committed
   */
  readonly plans?: string;
  /**
   * Makes the record sets of a zone that takes no updates by RFC 2136, such as one at a cloud provider: `({ view }) =>
   * (view === 'external' ? (stack, record) => new Route53Record(stack, record.id, { … }) : undefined)`. Like those of
   * hashicorp/dns they are made after the health gates. Unlike those, DNS is not asked beforehand what stands under
   * their names. The function also makes the provider of its resources, once: docs/declaration.md.
   *
   * @default hashicorp/dns makes all record sets
   */
  readonly recordSets?: RecordSets;
}

/** The stack of one environment. */
export class SiteStack extends TerraformStack {
  readonly site: ExchangeSite;
  /** @param projectFolder folder of `cdktf.json`, which paths of the declaration start from */
  constructor(scope: Construct, id: string, environment: Environment, projectFolder: string) {
    super(scope, checkedId(id));
    // The file of the environment is loaded without type checks.
    if (typeof environment.site !== 'object' || (environment.site as unknown) === null) {
      throw new EnvironmentError(
        `environments/${id}.ts exports no site; write: export const site = defineSite({ … })`,
      );
    }
    const stackFolder = resolve(projectFolder, App.of(this).outdir, 'stacks', id);
    // Relative paths make the synthesized files the same in every checkout.
    const wayFrom = (folder: string) => relative(folder, resolve(projectFolder)).split(sep).join('/');
    const way = wayFrom(stackFolder);
    const plans = planFolder(environment, id, projectFolder);
    if (environment.backend === undefined) {
      new LocalBackend(this, { path: `${way}/terraform.${id}.tfstate` });
    } else {
      environment.backend(this);
    }
    writeBesideStack(this, () => ({ '.terraform.lock.hcl': lockFile(this, projectFolder) }));
    this.site = new ExchangeSite(this, 'Default', environment.site, {
      projectFolder: way,
      sourceFolder: resolve(projectFolder),
      ...(environment.recordSets === undefined ? {} : { recordSets: environment.recordSets }),
      ...(plans === undefined ? {} : { plans: { folder: plans, projectFolder: wayFrom(plans) } }),
    });
  }
}

/**
 * Removes a stack from the app, and the files that this synth or an earlier one wrote for it into the output and the
 * folder of committed plans. So nobody deploys or reviews an outdated result of a declaration that is wrong now.
 *
 * @param plans folder of its committed plans; undefined where there is none, or it is not known
 */
export function discardStack(app: App, id: string, plans: string | undefined): void {
  app.node.tryRemoveChild(id);
  for (const name of ['cdk.tf.json', ...PLAN_FILES]) {
    rmSync(join(app.outdir, 'stacks', id, name), { force: true });
  }
  if (plans !== undefined) removePlans(plans);
}

/**
 * The absolute path of the folder of committed plans; undefined where the environment names none, or one that is not
 * allowed.
 */
export function plansOf({ plans }: Environment, projectFolder: string): string | undefined {
  if (typeof plans !== 'string' || plans.trim() === '') return undefined;
  const folder = resolve(projectFolder, plans);
  return folder === resolve(projectFolder) ? undefined : folder;
}

/** @throws EnvironmentError where the folder is not one that belongs to this environment only */
function planFolder({ site, plans }: Environment, id: string, projectFolder: string): string | undefined {
  if (plans === undefined) return undefined;
  const refuse = (why: string): never => {
    throw new EnvironmentError(
      `environments/${id}.ts: plans ${why}; name a folder for this site only, relative to the folder of cdktf.json: export const plans = 'plans/${id}'`,
    );
  };
  if (typeof plans !== 'string' || plans.trim() === '') return refuse('is not a text');
  const folder = plansOf({ site, plans }, projectFolder);
  if (folder === undefined) return refuse(`is '${plans}', the folder of the project`);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    return refuse(`is '${plans}', which cannot be created: ${error instanceof Error ? error.message : ''}`);
  }
  return folder;
}

/**
 * The id becomes part of file names and of texts of Terraform and PowerShell, so that its characters are restricted.
 */
function checkedId(id: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(id)) return id;
  throw new EnvironmentError(
    `environments/${id}.ts: the name of a site holds letters, digits, hyphens and underscores only; rename the file`,
  );
}
