import { CLASSES, TYPES } from '../../dns/codes';
import { type WireRecord, wireRecord } from '../../dns/message';
import type { RecordData } from '../../dns/record';
import { type RecordingProxy, startProxy } from './proxy';
import { distinct, inOrder, type RecordedStep } from './recording';
import { clientOf, type DnsRig, newKey, type RigKey } from './rig';
import { type Finished, TerraformFolder } from './terraform';

/** What a step asks for, without what is expected of it. */
export type StepInput = Pick<RecordedStep, 'step' | 'behind' | 'key' | 'provider' | 'resources' | 'import'>;
/** What became of it. */
export type StepOutcome = Pick<RecordedStep, 'plan' | 'apply' | 'state'>;

export const STEP_ZONE = 'contoso.com.';
export const stepKey: RigKey = newKey();
const wrongKey: RigKey = { ...stepKey, secret: newKey().secret };

/** The arguments for Terraform to take the provider that is there. */
export function requiredProvider(rest: object): object {
  return {
    terraform: { required_providers: { dns: { source: 'hashicorp/dns', version: '3.4.3' } } },
    ...rest,
  };
}

/** Takes steps, one after another, through Terraform and past a recording proxy to a server. */
export class StepRunner {
  private initialized = false;

  private constructor(
    private readonly rig: DnsRig,
    private readonly proxy: RecordingProxy,
    private readonly folder: TerraformFolder,
  ) {}

  /** @param rig a server with the zone `STEP_ZONE` and the key `stepKey` */
  static async start(rig: DnsRig, mirror: string): Promise<StepRunner> {
    return new StepRunner(rig, await startProxy(rig), new TerraformFolder(mirror));
  }

  async stop(): Promise<void> {
    this.folder.remove();
    await this.proxy.close();
  }

  async take(step: StepInput): Promise<StepOutcome> {
    await this.changeBehind(step.behind);
    this.folder.configure(configuration(step, await this.portFor(step)));
    if (!this.initialized) {
      const { exit, stdout, stderr } = await this.folder.run('init', '-no-color');
      if (exit !== 0) throw new Error(`terraform init failed:\n${stdout}${stderr}`);
      this.initialized = true;
    }
    const { folder, proxy } = this;
    proxy.take();
    const planned = await folder.run('plan', '-no-color', '-input=false', '-out=plan');
    const planDns = inOrder(proxy.take());
    if (planned.exit !== 0) {
      const plan = { succeeds: false, said: severities(planned), dns: planDns, changes: [], drift: [] };
      return { plan, apply: null, state: null };
    }
    const { changes, drift } = shownPlan((await folder.run('show', '-json', 'plan')).stdout);
    proxy.take();
    const applied = await folder.run('apply', '-no-color', '-input=false', 'plan');
    return {
      plan: { succeeds: true, said: severities(planned), dns: planDns, changes, drift },
      apply: { succeeds: applied.exit === 0, said: severities(applied), dns: inOrder(proxy.take()) },
      state: folder.state(),
    };
  }

  /** Nobody listens on the port of a proxy that was closed. */
  private async portFor(step: StepInput): Promise<number> {
    if (step.step !== 'nobody listens') return this.proxy.port;
    const gone = await startProxy(this.rig);
    await gone.close();
    return gone.port;
  }

  private async changeBehind(commands: readonly string[]): Promise<void> {
    if (commands.length === 0) return;
    const { rcode } = await clientOf(this.rig, stepKey).update(STEP_ZONE, commands.map(parseChange));
    if (rcode !== 0) throw new Error(`the server refused ${commands.join(', ')} (${rcode})`);
  }
}

function configuration(step: StepInput, port: number): object {
  const secret = { right: stepKey.secret, wrong: wrongKey.secret, none: undefined }[step.key];
  const update = { server: '127.0.0.1', port, ...step.provider, key_secret: secret };
  const resource =
    Object.keys(step.resources).length === 0 ? {} : { resource: addressesFirst(step.resources) };
  const imported = step.import === undefined ? {} : { import: step.import };
  return requiredProvider({ provider: { dns: { update: [update] } }, ...resource, ...imported });
}

/** BIND refuses a mail exchanger without an address, and answers with the addresses that are there by then. */
function addressesFirst(resources: StepInput['resources']): object {
  const isAddress = (type: string): boolean => type === 'dns_a_record_set' || type === 'dns_aaaa_record_set';
  const addresses = Object.keys(resources).filter(isAddress);
  return Object.fromEntries(
    Object.entries(resources).map(([type, named]) => {
      const depends = isAddress(type) ? {} : { depends_on: addresses.map((address) => `${address}.x`) };
      return [type, { x: { ...named['x'], ...depends } }];
    }),
  );
}

function parseChange(command: string): WireRecord {
  const [verb, name = '', ttl, type, ...rest] = command.split(' ');
  if (verb === 'del')
    return { name: `${name}.`, type: TYPES.ANY, class: CLASSES.ANY, ttl: 0, data: undefined };
  const value = rest.join(' ');
  const data: RecordData =
    type === 'TXT'
      ? { type, strings: [Buffer.from(value)] }
      : type === 'CNAME'
        ? { type, target: value }
        : { type: 'A', address: value };
  return wireRecord({ name: `${name}.`, ttl: Number(ttl), data });
}

interface ShownChange {
  readonly address: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: object | null;
    readonly after: object | null;
    readonly after_unknown: unknown;
  };
}

function shownPlan(json: string): { changes: object[]; drift: object[] } {
  const shown = JSON.parse(json) as { resource_changes?: ShownChange[]; resource_drift?: ShownChange[] };
  return {
    changes: (shown.resource_changes ?? []).map(({ address, change }) => ({
      address,
      actions: change.actions,
      before: change.before,
      after: change.after,
      after_unknown: change.after === null ? {} : change.after_unknown,
    })),
    drift: (shown.resource_drift ?? []).map(({ address, change: { actions, before, after } }) => ({
      address,
      actions,
      before,
      after,
    })),
  };
}

function severities({ stdout, stderr }: Finished): string[] {
  const found = (stdout + stderr).matchAll(/^[│ ]*(Error|Warning): /gm);
  return distinct([...found].map(([, severity]) => String(severity).toLowerCase()));
}
