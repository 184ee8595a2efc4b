import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type DnsProvider, dnsProvider } from '../dns/provider';
import { type RecordedStep, reduceRecording } from '../dns/recording';
import { startLab } from '../dns/lab';
import { clientOf, type DnsRig } from '../dns/rig';
import { describeEachServer } from '../dns/servers';
import { missingReference } from '../remoting/peers/reference';
import { describeWhere } from '../requirement';
import { describeWithTerraform } from '../terraform/available';
import { requiredProvider, STEP_ZONE, stepKey, StepRunner } from '../dns/steps';
import { TerraformFolder } from '../dns/terraform';

const FIXTURES = join(__dirname, '..', 'fixtures', 'dns-provider');
const SHARED = join(__dirname, '..', '..', '..', 'shared', 'reference', 'dns-provider');
const RUN_MS = 60_000;

const readJson = (...path: string[]): unknown => JSON.parse(readFileSync(join(...path), 'utf8'));
const recordings = ['recorded', 'further'].map(
  (name) => [name, readJson(FIXTURES, `${name}.json`) as readonly RecordedStep[]] as const,
);
/** Where the stand-in does better than what hashicorp/dns was seen to do. */
const standIn = readJson(FIXTURES, 'stand-in.json') as { readonly [step: string]: Partial<RecordedStep> };

let provider: DnsProvider;
beforeAll(async () => {
  provider = await dnsProvider();
  process.stderr.write(`\n${provider.said}\n`);
}, RUN_MS);
afterAll(() => provider.remove());

describeWithTerraform('the provider dns', () => {
  describe.each(recordings)('(%s)', (_, steps) => {
    describeEachServer('does what hashicorp/dns was seen to do', (start) => {
      let rig: DnsRig;
      let runner: StepRunner;
      beforeAll(async () => {
        rig = await start({ zones: [{ name: STEP_ZONE }], keys: [stepKey] });
        runner = await StepRunner.start(rig, provider.mirror);
      }, RUN_MS);
      afterAll(async () => {
        await runner.stop();
        await rig.stop();
      });

      // The steps build on each other, as they were recorded.
      test.each(steps.map((step) => [step.step, step] as const))(
        '%s',
        async (name, step) => {
          const { plan, apply, state } = { ...step, ...(provider.kind === 'stand-in' ? standIn[name] : {}) };
          expect(await runner.take(step)).toEqual({ plan, apply, state });
        },
        RUN_MS,
      );
    });
  });

  test(
    'takes its settings from the environment, and writes the secret nowhere',
    async () => {
      const rig = await startLab({ zones: [{ name: STEP_ZONE }], keys: [stepKey] });
      const folder = new TerraformFolder(provider.mirror, {
        DNS_UPDATE_SERVER: rig.address,
        DNS_UPDATE_PORT: String(rig.port),
        DNS_UPDATE_KEYNAME: stepKey.name,
        DNS_UPDATE_KEYALGORITHM: stepKey.algorithm,
        DNS_UPDATE_KEYSECRET: stepKey.secret,
        TF_LOG: 'trace',
      });
      try {
        const mail = { zone: STEP_ZONE, name: 'mail', addresses: ['192.0.2.11'] };
        folder.configure(requiredProvider({ resource: { dns_a_record_set: { x: mail } } }));
        for (const args of [
          ['init'],
          ['plan', '-out=plan'],
          ['apply', 'plan'],
          ['plan', '-detailed-exitcode'],
        ]) {
          expect((await folder.run(...args, '-no-color')).exit).toBe(0);
        }
        expect((await clientOf(rig, stepKey).query(`mail.${STEP_ZONE}`, 'A')).answers).toHaveLength(1);
        const written = [folder.output, folder.read('plan'), folder.read('terraform.tfstate')].join('\n');
        expect(written).toContain('192.0.2.11');
        expect(written).not.toContain(stepKey.secret);
        expect(written).not.toContain(Buffer.from(stepKey.secret, 'base64').toString('hex'));
      } finally {
        folder.remove();
        await rig.stop();
      }
    },
    RUN_MS,
  );

  test(
    'has the schema of hashicorp/dns',
    async () => {
      const folder = new TerraformFolder(provider.mirror);
      try {
        folder.configure(requiredProvider({}));
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
describeWhere(missingReference(SHARED), 'the recording of hashicorp/dns', () => {
  test('is what the fixtures were reduced from', () => {
    const { steps } = readJson(SHARED, 'recorded.json') as { steps: Parameters<typeof reduceRecording>[0] };
    expect(reduceRecording(steps)).toEqual(readJson(FIXTURES, 'recorded.json'));
    expect(withoutDescriptions(readJson(SHARED, 'schema.json'))).toEqual(readJson(FIXTURES, 'schema.json'));
  });
});

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
