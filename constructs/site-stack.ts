import { mkdirSync, rmSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { App, LocalBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import type { ExchangeSiteProps } from '../exchange/site';
import { DeclarationError } from './declaration-error';
import { ExchangeSite } from './exchange-site';
import { lockFile } from './lock-file';
import { PLAN_FILES, removePlans, writeBesideStack } from './plan-files';
import type { RecordSets } from './record-set';

/** What a file under `environments/` exports. */
export interface Environment {
  readonly site: ExchangeSiteProps;
  /**
   * Says where the state is kept, for example `(stack) => new S3Backend(stack, { … })`.
   *
   * @default a file terraform.<stack>.tfstate in the project's folder
   */
  readonly backend?: (stack: TerraformStack) => void;
  /**
   * Folder, from that of `cdktf.json`, into which synth writes `exchange-plan.json` and `.ps1` as well, so that they are
   * committed, and a pull request shows their differences: `plans/contoso`.
   *
   * @default they stand in cdktf.out only, which is not committed
   */
  readonly plans?: string;
  /**
   * Who makes the record sets of a zone that takes no updates by RFC 2136, such as one at a cloud provider:
   * `({ view }) => (view === 'external' ? (stack, record) => new Route53Record(stack, record.id, { … }) : undefined)`.
   * They come after the health gates as those of hashicorp/dns do; nobody asks such a zone what stands under a name. The
   * provider of the resources is made there, too, once: docs/declaration.md.
   *
   * @default hashicorp/dns makes all of them
   */
  readonly recordSets?: RecordSets;
}

/** The stack of one environment. */
export class SiteStack extends TerraformStack {
  readonly site: ExchangeSite;
  /** @param projectFolder folder of `cdktf.json`, from which files of the declaration are named */
  constructor(scope: Construct, id: string, environment: Environment, projectFolder: string) {
    super(scope, checkedId(id));
    // The file is only loaded, not compiled with the rest, so that the compiler cannot tell.
    if (typeof environment.site !== 'object' || (environment.site as unknown) === null) {
      throw new DeclarationError(
        `environments/${id}.ts exports no site; write: export const site = defineSite({ … })`,
      );
    }
    const stackFolder = resolve(projectFolder, App.of(this).outdir, 'stacks', id);
    // Relative, so that the synthesized files are the same in every checkout.
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
 * Takes what there is of a stack out of the app, and what this synth or an earlier one left of it out of the output and out of
 * its committed plans: nobody deploys, or reviews, a declaration that is wrong by now.
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

/** Folder of the committed plans of an environment, whole; undefined where there is none, or it says none that can be. */
export function plansOf({ plans }: Environment, projectFolder: string): string | undefined {
  if (typeof plans !== 'string' || plans.trim() === '') return undefined;
  const folder = resolve(projectFolder, plans);
  return folder === resolve(projectFolder) ? undefined : folder;
}

/** @throws DeclarationError where it is no folder of the environment's own */
function planFolder({ site, plans }: Environment, id: string, projectFolder: string): string | undefined {
  if (plans === undefined) return undefined;
  const refuse = (why: string): never => {
    throw new DeclarationError(
      `environments/${id}.ts: plans ${why}; write a folder of its own, from that of cdktf.json: export const plans = 'plans/${id}'`,
    );
  };
  if (typeof plans !== 'string' || plans.trim() === '') return refuse('is no text');
  const folder = plansOf({ site, plans }, projectFolder);
  if (folder === undefined) return refuse(`is '${plans}', the folder of the project`);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    return refuse(`is '${plans}', which cannot be made: ${error instanceof Error ? error.message : ''}`);
  }
  return folder;
}

/** It becomes part of file names and of Terraform's and PowerShell's texts. */
function checkedId(id: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(id)) return id;
  throw new DeclarationError(
    `environments/${id}.ts: the name of a site holds letters, digits, hyphens and underscores only; rename the file`,
  );
}
