import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandHost, Emission } from '../../remoting/server/command-host';
import { startLab } from '../dns/lab';
import { describeWithTerraform } from '../terraform/available';
import { FIRST, firstServer } from './declared-site';
import { startSiteEndpoint, type SiteEndpoint } from './site-endpoint';
import { SiteRig } from './site-rig';
import { siteTools, type SiteTools } from './site-tools';

const SETUP_MS = 240_000;
const USER = 'contoso\\deploy';
const PASSWORD = 'canary-1f7b';

/** Goes to the top of the screen, clears it, and says what was not planned; then the same by other means. */
const REPAINT =
  '\u001b[H\u001b[2J\u009b2JNo changes.\rNo changes.\u202e\u2066\u200b\u2028\u{e0041}\r\n\r\n\r\n\n\nNo changes. Your infrastructure matches the configuration.\n';
/** What reaches a terminal or a log as it is must hold none of these. */
const HIDDEN =
  // eslint-disable-next-line no-control-regex -- They are what is looked for.
  /[\0-\x08\v-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u;

type Say = (cmdlet: string, emission: Emission) => Emission | undefined;

/** A host that says something before it answers, or instead where that is a failure; what `say` gives back is sent. */
function speaking(host: CommandHost, ask: (cmdlet: string) => Emission | undefined, say: Say): CommandHost {
  return {
    powerShellVersion: host.powerShellVersion,
    async *run(pipeline, signal, client) {
      const cmdlet = pipeline.statements[0]?.[0]?.name ?? '';
      const first = ask(cmdlet);
      if (first !== undefined) yield first;
      if (first?.kind === 'failed') return;
      for await (const emission of host.run(pipeline, signal, client))
        yield say(cmdlet, emission) ?? emission;
    },
  };
}

/** What an Outlook on the web directory says of itself, with another URL in it; undefined where it is something else. */
function withInternalUrl(cmdlet: string, emission: Emission, url: string): Emission | undefined {
  if (cmdlet !== 'Get-OwaVirtualDirectory' || emission.kind !== 'output') return undefined;
  const { value } = emission;
  if (typeof value !== 'object' || value === null || !('properties' in value)) return undefined;
  return { kind: 'output', value: { ...value, properties: { ...value.properties, InternalUrl: url } } };
}

describeWithTerraform('a server whose texts are meant for the terminal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hostile-text-'));
  let tools: SiteTools;
  let rig: SiteRig;
  let endpoint: SiteEndpoint;
  /** What the endpoint does; each test sets it. */
  let ask: (cmdlet: string) => Emission | undefined;
  let say: Say;
  beforeAll(async () => {
    tools = await siteTools();
    rig = await SiteRig.create({ tools, startDns: startLab });
    ask = () => undefined;
    say = () => undefined;
    endpoint = await startSiteEndpoint({
      folder,
      user: USER,
      password: PASSWORD,
      organization: () => rig.organization,
      host: (client) =>
        speaking(
          rig.organization.host(FIRST.name, client),
          (cmdlet) => ask(cmdlet),
          (cmdlet, emission) => say(cmdlet, emission),
        ),
    });
    await rig.declare(firstServer);
    const { exit, said } = await rig.apply({ environment: environment() });
    if (exit !== 0) throw new Error(said);
  }, SETUP_MS);
  afterAll(async () => {
    await endpoint.close();
    await rig.remove();
    tools.remove();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    ask = () => undefined;
    say = () => undefined;
  });

  const environment = () => ({
    ...endpoint.environment,
    EXCHANGE_PROCESS_COMMAND: undefined,
  });
  /** One directory has drifted, so that there are steps, for which the account's rights are asked. */
  const drift = () =>
    rig.organization.editServer(FIRST.name, ({ virtualDirectories }) => {
      for (const { kind, settings } of virtualDirectories)
        if (kind === 'Owa') settings['InternalUrl'] = 'https://drifted/owa';
    });

  test(
    'cannot repaint a plan by the reason of its faults',
    async () => {
      drift();
      // A fault is XML, which has no place for this character (https://www.w3.org/TR/xml/#charsets).
      const reason = REPAINT.replaceAll('\u001b', '');
      const effect = { kind: 'fault', subcode: 'InternalError', reason } as const;
      // The question about the account's rights is sent twice; the plan goes on without an answer.
      for (const at of [1, 2])
        endpoint.disturbances.arm({ operation: 'Receive', cmdlet: 'Get-Command', at, effect });
      // One object at a time: each fault ends the session, and a read beside the question would be lost with both.
      const planned = await rig.terraform(['plan', '-input=false', '-no-color', '-parallelism=1'], {
        environment: environment(),
      });
      expect(planned.exit).toBe(0);
      expect(endpoint.disturbances.waiting).toEqual([]);
      expect(planned.stdout).toContain('Plan: 0 to add, 1 to change, 0 to destroy');
      expect(planned.said).toContain('The rights of the account could not be checked');
      // XML makes a line end of a carriage return.
      expect(planned.said).toContain(
        'Receive was refused: [H[2J\\u{9B}2JNo changes. > No changes.\\u{202E}\\u{2066}\\u{200B}\\u{2028}\\u{E0041}',
      );
      expect(planned.stdout).not.toMatch(/^No changes/m);
      expect(planned.stdout).toMatch(/^> No changes\. Your infrastructure matches/m);
      expect(HIDDEN.exec(planned.stdout)).toBeNull();
    },
    SETUP_MS,
  );

  test(
    'cannot repaint a deploy by its warnings and errors, nor its log',
    async () => {
      drift();
      ask = (cmdlet) => {
        if (cmdlet === 'Set-OwaVirtualDirectory') return { kind: 'warning', message: `Look. ${REPAINT}` };
        const error = { fullyQualifiedErrorId: `Broken${REPAINT},Get-Command`, message: REPAINT };
        return cmdlet === 'Get-Command' ? { kind: 'failed', error } : undefined;
      };
      const applied = await rig.apply({ environment: { ...environment(), TF_LOG: 'DEBUG' } });
      expect(applied.exit).toBe(0);
      expect(applied.stdout).toContain('Apply complete! Resources: 0 added, 1 changed, 0 destroyed.');
      expect(applied.said).toContain('Set-OwaVirtualDirectory warns');
      expect(applied.said).toContain(
        'Look. \\u{1B}[H\\u{1B}[2J\\u{9B}2JNo changes.\\u{D}No changes.\\u{202E}',
      );
      expect(applied.stdout).not.toMatch(/^No changes/m);
      expect(applied.stdout).toMatch(/^> No changes\. Your infrastructure matches/m);
      expect(HIDDEN.exec(applied.stdout)).toBeNull();
      expect(applied.stderr).toContain('provider.terraform-provider-exchange');
      expect(applied.stderr).toContain('Broken\\u{1B}[H');
      expect(HIDDEN.exec(applied.stderr)).toBeNull();
    },
    SETUP_MS,
  );

  test(
    'cannot repaint a plan by a value that it gives',
    async () => {
      const values = [`https://x/${REPAINT}`, JSON.stringify({ a: `x\n${REPAINT}` })];
      for (const value of values) {
        say = (cmdlet, emission) => withInternalUrl(cmdlet, emission, value);
        const planned = await rig.plan({ environment: environment() });
        expect(planned.exit).toBe(2);
        expect(planned.changes.map(({ type }) => type)).toEqual(['exchange_owa_virtual_directory']);
        expect(planned.stdout).toContain('\\u{1B}[H');
        expect(planned.stdout).not.toMatch(/^No changes/m);
        expect(HIDDEN.exec(planned.stdout)).toBeNull();
        const destroyed = await rig.terraform(['plan', '-destroy', '-input=false', '-no-color'], {
          environment: environment(),
        });
        expect(destroyed.exit).toBe(0);
        expect(HIDDEN.exec(destroyed.stdout)).toBeNull();
      }
    },
    SETUP_MS,
  );

  test(
    'of many megabytes is shortened, with a note, and the deploy goes on',
    async () => {
      drift();
      // Eight bytes each on the wire, of the 32 MB that a message may have.
      const message = `Look. ${'x\u001b'.repeat(1_500_000)}`;
      ask = (cmdlet) => (cmdlet === 'Set-OwaVirtualDirectory' ? { kind: 'warning', message } : undefined);
      const applied = await rig.apply({ environment: environment() });
      expect(applied.exit).toBe(0);
      expect(applied.said).toMatch(/Look\. (?:x\\u\{1B\})+.*more characters are left out/);
      expect(applied.stdout.length).toBeLessThan(200_000);
    },
    SETUP_MS,
  );
});
