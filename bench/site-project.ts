import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { makeAuthority, makePfx } from '../pki';
import { cdktfProgram } from '../quickstart/cdktf';
import { run, type Program } from './measurement';
import { NAMES, type SiteDeclaration } from './site-declaration';
import type { Workshop } from './workshop';

const SITE_PROGRAM = join(resolve(__dirname, '..'), 'main.ts');
const PFX_FILE = 'site.pfx';
const DAY_MS = 86_400_000;

/** A program that cdktf runs, with its environment variables. */
export type AppProgram = { readonly file: string } & Partial<Pick<Program, 'environment'>>;

/** A project folder with the declaration of one site, as a user writes it. */
export class SiteProject {
  readonly folder: string;
  readonly #environment: { readonly [name: string]: string };

  constructor(workshop: Workshop, declaration: SiteDeclaration) {
    this.folder = workshop.folder('project');
    this.#environment = workshop.environment();
    mkdirSync(join(this.folder, 'environments'));
    writeFileSync(join(this.folder, 'environments', 'site.ts'), declaration.text(PFX_FILE));
    this.#writePfx();
  }

  /** Runs the app directly, without the CLI of cdktf: this program, or the project's own. Returns milliseconds. */
  async synth({ file, environment }: AppProgram = { file: SITE_PROGRAM }): Promise<number> {
    const { milliseconds } = await run({
      command: process.execPath,
      args: ['--require', tsx(), file],
      folder: this.folder,
      environment: { ...this.#environment, ...environment },
    });
    return milliseconds;
  }

  /** Runs `cdktf synth` as a user does, with this program as the app, or the project's own. Returns milliseconds. */
  async cdktfSynth({ file, environment }: AppProgram = { file: SITE_PROGRAM }): Promise<number> {
    const app = `"${process.execPath}" --require "${tsx()}" "${file}"`;
    writeFileSync(
      join(this.folder, 'cdktf.json'),
      JSON.stringify({ language: 'typescript', app, sendCrashReports: 'false' }),
    );
    const { milliseconds } = await run({
      command: process.execPath,
      args: [cdktfProgram(), 'synth'],
      folder: this.folder,
      environment: { ...this.#environment, CI: '1', CHECKPOINT_DISABLE: '1', ...environment },
    });
    return milliseconds;
  }

  /** The configuration of the stack, after `synth`. */
  configuration(): SynthesizedStack {
    const file = join(this.folder, 'cdktf.out', 'stacks', 'site', 'cdk.tf.json');
    return JSON.parse(readFileSync(file, 'utf8')) as SynthesizedStack;
  }

  /** A new folder for Terraform, as deep in the project's folder as cdktf's own, since paths in the stack are relative. */
  stackFolder(name: string): string {
    const folder = join(this.folder, 'deployed', 'stacks', name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  #writePfx(): void {
    const validity = {
      notBefore: new Date(Date.now() - DAY_MS),
      notAfter: new Date(Date.now() + 365 * DAY_MS),
    };
    const authority = makeAuthority({ commonName: 'Bench CA', ...validity });
    const certificate = authority.issue({
      commonName: NAMES[0] ?? '',
      subjectAlternativeNames: NAMES,
      ...validity,
    });
    writeFileSync(join(this.folder, PFX_FILE), makePfx(certificate, { password: '' }), { mode: 0o600 });
  }
}

function tsx(): string {
  return createRequire(__filename).resolve('tsx/cjs');
}

/** The parts of a `cdk.tf.json` that are used here. */
export interface SynthesizedStack {
  readonly variable: { readonly [name: string]: unknown };
  readonly provider: { readonly exchange: readonly object[] };
  readonly terraform: { readonly required_providers: { readonly [name: string]: unknown } };
  readonly resource: { readonly [type: string]: { readonly [name: string]: SynthesizedResource } };
}

export interface SynthesizedResource {
  readonly depends_on?: readonly string[];
  /** Only a health gate has them. */
  readonly triggers?: { readonly [name: string]: string };
}

export function resourceCount({ resource }: SynthesizedStack): number {
  return Object.values(resource).reduce((sum, named) => sum + Object.keys(named).length, 0);
}
