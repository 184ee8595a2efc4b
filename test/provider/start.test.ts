import { buildSync } from 'esbuild';
import { resolve } from 'node:path';

const root = resolve(__dirname, '../..');
const DEFINITION = 'provider/definition.ts';

/** Files of a bundle that is split as `install/bundle.ts` does it: those that run as it starts, and all others. */
function filesOfBundle(entry: string): {
  readonly first: readonly string[];
  readonly late: readonly string[];
} {
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: 'start',
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    splitting: true,
    external: ['cpu-features', '*.node'],
    logLevel: 'warning',
  });
  const files = new Set<string>();
  const visited = new Set<string>();
  const visit = (name: string) => {
    const output = metafile.outputs[name];
    if (output === undefined || visited.has(name)) return;
    visited.add(name);
    for (const file of Object.keys(output.inputs)) files.add(file);
    for (const { kind, path } of output.imports) if (kind !== 'dynamic-import') visit(path);
  };
  visit(Object.keys(metafile.outputs).find((name) => metafile.outputs[name]?.entryPoint === entry) ?? '');
  return {
    first: [...files].sort(),
    late: Object.keys(metafile.inputs).filter((file) => !files.has(file)),
  };
}

/** Terraform starts the provider three times for each plan. */
describe('what the provider loads as it starts', () => {
  const { first, late } = filesOfBundle(DEFINITION);

  test('is of DNS no more than the names of its variables', () => {
    const ofDns = /^dns\/|\/dns-packet\/|^provider\/(dns-zones|dns-updates|name-findings|rename)\.ts$/;
    expect(first).toContain(DEFINITION);
    expect(first.filter((file) => ofDns.test(file))).toEqual(['dns/update-variables.ts']);
  });

  test('is nothing that opens or judges a PFX', () => {
    const ofPfx =
      /^provider\/(pfx|public-certificates)\.ts$|^pki\/(pfx|trust)|^exchange\/certificate-checks\/index\.ts$/;
    expect(first.filter((file) => ofPfx.test(file))).toEqual([]);
    expect(late.filter((file) => ofPfx.test(file))).toContain('pki/pfx.ts');
  });

  test.each([
    'dns/client.ts',
    'node_modules/dns-packet/',
    'node_modules/ssh2/',
    'node_modules/node-forge/',
    'kerberos/index.ts',
    'kerberos/keytab.ts',
    'provider/drain.ts',
    'provider/runner-look.ts',
    'provider/look-problem.ts',
    'exchange/resources/inbound-certificate.ts',
  ])('is nothing of %s, which comes later', (part) => {
    expect(first.filter((file) => file.startsWith(part))).toEqual([]);
    expect(late.filter((file) => file.startsWith(part))).not.toEqual([]);
  });

  test('is of Kerberos how a keytab is named, and no more', () => {
    expect(first.filter((file) => file.startsWith('kerberos/'))).toEqual(['kerberos/keytab-name.ts']);
  });
});

test('a session over WSMan loads Kerberos when it signs in with it, and not before', () => {
  const ofKerberos = (file: string) => file.startsWith('kerberos/');
  const { first, late } = filesOfBundle('remoting/transports/wsman/transport.ts');
  expect(first).toContain('remoting/transports/wsman/kerberos-authenticator.ts');
  expect(first.filter(ofKerberos)).toEqual([]);
  expect(late.filter(ofKerberos)).toContain('kerberos/index.ts');
});
