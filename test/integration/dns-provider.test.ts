import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { CLASSES, TYPES } from '../../lab/dns/codes';
import { type WireRecord, wireRecord } from '../../lab/dns/message';
import { type DnsProvider, dnsProvider } from '../dns/provider';
import { type RecordingProxy, startProxy } from '../dns/proxy';
import { inOrder, type RecordedStep, reduceRecording } from '../dns/recording';
import { clientOf, type DnsRig, newKey, type RigKey } from '../dns/rig';
import { describeEachServer, describeNeeding } from '../dns/servers';
import { type Finished, missingTerraform, TerraformFolder } from '../dns/terraform';

const FIXTURES = join(__dirname, '..', 'fixtures', 'dns-provider');
const SHARED = join(__dirname, '..', '..', '..', 'shared', 'reference', 'dns-provider');
const ZONE = 'contoso.com.';
const RUN_MS = 60_000;

const readJson = (...path: string[]): unknown => JSON.parse(readFileSync(join(...path), 'utf8'));
const recorded = readJson(FIXTURES, 'recorded.json') as readonly RecordedStep[];
const standIn = readJson(FIXTURES, 'stand-in.json') as { readonly [step: string]: Partial<RecordedStep> };

const key = newKey();
const wrongKey: RigKey = { ...key, secret: newKey().secret };

let provider: DnsProvider;
beforeAll(async () => {
  provider = await dnsProvider();
  process.stderr.write(`\n${provider.said}\n`);
}, RUN_MS);
afterAll(() => provider.remove());

describeNeeding(missingTerraform(), 'the provider dns', () => {
  describeEachServer('does what hashicorp/dns was seen to do', (start) => {
    let rig: DnsRig;
    let proxy: RecordingProxy;
    let folder: TerraformFolder;
    let initialized = false;

    beforeAll(async () => {
      rig = await start({ zones: [{ name: ZONE }], keys: [key] });
      proxy = await startProxy(rig);
      folder = new TerraformFolder(provider.mirror);
    }, RUN_MS);
    afterAll(async () => {
      folder.remove();
      await proxy.close();
      await rig.stop();
    });

    // The steps build on each other, as they were recorded.
    test.each(recorded.map((step) => [step.step, step] as const))(
      '%s',
      async (_, step) => {
        const expected = { ...step, ...(provider.kind === 'stand-in' ? standIn[step.step] : {}) };
        await changeBehind(rig, step.behind);
        folder.configure(configuration(step, await portFor(step, proxy)));
        if (!initialized) {
          expect(await folder.run('init', '-no-color')).toMatchObject({ exit: 0 });
          initialized = true;
        }
        expect(await takeStep(folder, proxy)).toEqual({
          plan: expected.plan,
          apply: expected.apply,
          state: expected.state,
        });
      },
      RUN_MS,
    );
  });

  test(
    'its schema is that of hashicorp/dns',
    async () => {
      const folder = new TerraformFolder(provider.mirror);
      try {
        folder.configure(required({}));
        expect(await folder.run('init', '-no-color')).toMatchObject({ exit: 0 });
        const schema = JSON.parse((await folder.run('providers', 'schema', '-json')).stdout) as object;
        expect(withoutDescriptions(schema)).toEqual(readJson(FIXTURES, 'schema.json'));
      } finally {
        folder.remove();
      }
    },
    RUN_MS,
  );
});

// The whole of what was recorded lies beside some checkouts alone.
(existsSync(SHARED) ? describe : describe.skip)('the recording of hashicorp/dns', () => {
  test('is what the fixtures were reduced from', () => {
    const { steps } = readJson(SHARED, 'recorded.json') as { steps: Parameters<typeof reduceRecording>[0] };
    expect(reduceRecording(steps)).toEqual(recorded);
    expect(withoutDescriptions(readJson(SHARED, 'schema.json'))).toEqual(readJson(FIXTURES, 'schema.json'));
  });
});

function required(rest: object): object {
  return {
    terraform: { required_providers: { dns: { source: 'hashicorp/dns', version: '3.4.3' } } },
    ...rest,
  };
}

function configuration(step: RecordedStep, port: number): object {
  const secret = { right: key.secret, wrong: wrongKey.secret, none: undefined }[step.key];
  const update = { server: '127.0.0.1', port, ...step.provider, key_secret: secret };
  const resource =
    Object.keys(step.resources).length === 0 ? {} : { resource: addressesFirst(step.resources) };
  return required({ provider: { dns: { update: [update] } }, ...resource });
}

/** BIND refuses a mail exchanger without an address, and answers with the addresses that are there by then. */
function addressesFirst(resources: RecordedStep['resources']): object {
  const isAddress = (type: string): boolean => type === 'dns_a_record_set' || type === 'dns_aaaa_record_set';
  const addresses = Object.keys(resources).filter(isAddress);
  return Object.fromEntries(
    Object.entries(resources).map(([type, named]) => {
      const depends = isAddress(type) ? {} : { depends_on: addresses.map((address) => `${address}.x`) };
      return [type, { x: { ...named['x'], ...depends } }];
    }),
  );
}

/** Nobody listens on the port of a proxy that was closed. */
async function portFor(step: RecordedStep, proxy: RecordingProxy): Promise<number> {
  if (step.step !== 'nobody listens') return proxy.port;
  const gone = await startProxy(proxy);
  await gone.close();
  return gone.port;
}

async function changeBehind(rig: DnsRig, commands: readonly string[]): Promise<void> {
  if (commands.length === 0) return;
  const response = await clientOf(rig, key).update(ZONE, commands.map(parseChange));
  expect(response.rcode).toBe(0);
}

function parseChange(command: string): WireRecord {
  const [verb, name = '', ttl, , address = ''] = command.split(' ');
  if (verb === 'del')
    return { name: `${name}.`, type: TYPES.ANY, class: CLASSES.ANY, ttl: 0, data: undefined };
  return wireRecord({ name: `${name}.`, ttl: Number(ttl), data: { type: 'A', address } });
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

async function takeStep(
  folder: TerraformFolder,
  proxy: RecordingProxy,
): Promise<Pick<RecordedStep, 'plan' | 'apply' | 'state'>> {
  proxy.take();
  const planned = await folder.run('plan', '-no-color', '-input=false', '-out=plan');
  const planDns = inOrder(proxy.take());
  if (planned.exit !== 0) {
    const plan = { succeeds: false, said: severities(planned), dns: planDns, changes: [], drift: [] };
    return { plan, apply: null, state: null };
  }
  const shown = JSON.parse((await folder.run('show', '-json', 'plan')).stdout) as {
    resource_changes?: ShownChange[];
    resource_drift?: ShownChange[];
  };
  proxy.take();
  const applied = await folder.run('apply', '-no-color', '-input=false', 'plan');
  return {
    plan: {
      succeeds: true,
      said: severities(planned),
      dns: planDns,
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
    },
    apply: { succeeds: applied.exit === 0, said: severities(applied), dns: inOrder(proxy.take()) },
    state: folder.state(),
  };
}

function severities({ stdout, stderr }: Finished): string[] {
  const found = (stdout + stderr).matchAll(/^[│ ]*(Error|Warning): /gm);
  return [...found].map(([, severity]) => String(severity).toLowerCase());
}

/** Descriptions are the stand-in's own words. */
function withoutDescriptions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([name, each]) =>
          !((name === 'description' && typeof each === 'string') || name === 'description_kind'),
      )
      .map(([name, each]) => [name, withoutDescriptions(each)]),
  );
}
