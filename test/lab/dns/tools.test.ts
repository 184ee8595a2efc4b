import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { TSIG_ALGORITHMS } from '../../../dns/tsig';
import { startLab } from '../../dns/lab';
import { type DnsRig, newKey, type RigKey } from '../../dns/rig';
import { missingBind } from '../../dns/servers';
import { describeNeeding } from '../../requirement';

const ZONE = 'contoso.com.';
const keys = TSIG_ALGORITHMS.map((algorithm) => newKey(algorithm, `${algorithm}.`));

describeNeeding(missingBind(), "the lab's server, asked with BIND's own tools", () => {
  let rig: DnsRig;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dns-tools-'));
    rig = await startLab({ zones: [{ name: ZONE }], keys });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await rig.stop();
  });

  const keyFile = (key: RigKey): string => {
    const path = join(folder, key.name);
    writeFileSync(path, `key "${key.name}" { algorithm ${key.algorithm}; secret "${key.secret}"; };\n`);
    return path;
  };
  const run = (
    tool: string,
    args: readonly string[],
    input = '',
  ): Promise<{ code: unknown; output: string }> =>
    new Promise((resolve) => {
      const child = execFile(tool, args, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : error.code, output: stdout + stderr }),
      );
      child.stdin?.end(input);
    });
  const dig = (...args: string[]) => run('dig', [`@${rig.address}`, '-p', String(rig.port), ...args]);
  const nsupdate = (key: RigKey, ...lines: string[]) =>
    run(
      'nsupdate',
      ['-k', keyFile(key)],
      [`server ${rig.address} ${rig.port}`, ...lines, 'send', ''].join('\n'),
    );

  test.each(keys.map((key) => [key.algorithm, key] as const))(
    'takes updates and signs answers with %s',
    async (_, key) => {
      const name = `${key.algorithm}.${ZONE}`;
      expect(await nsupdate(key, `zone ${ZONE}`, `update add ${name} 300 A 192.0.2.1`)).toEqual({
        code: 0,
        output: '',
      });
      const { output } = await dig('-k', keyFile(key), '+noedns', name, 'A');
      expect(output).toContain('status: NOERROR');
      expect(output).toMatch(/IN\s+A\s+192\.0\.2\.1/);
      // dig checks the signature of the answer, and says so where it is wrong.
      expect(output).toMatch(/TSIG\s+hmac-\S+ \d+ 300 \d+ \S+/);
      expect(output).not.toMatch(/verify|expected/i);
    },
  );

  const [key] = keys as [RigKey];

  test('finds the zone by itself, and takes every kind of record', async () => {
    const lines = [
      ['every', 'AAAA', '2001:db8::1'],
      ['alias', 'CNAME', `every.${ZONE}`],
      ['every', 'MX', `10 ns1.${ZONE}`],
      ['every', 'TXT', '"v=spf1 mx -all" "a \\"quoted\\" word"'],
      ['_sip._tcp', 'SRV', `0 5 5061 ns1.${ZONE}`],
      ['child', 'NS', `ns1.${ZONE}`],
      ['rev', 'PTR', `every.${ZONE}`],
    ] as const;
    const adds = lines.map(([name, type, data]) => `update add ${name}.${ZONE} 300 ${type} ${data}`);
    expect(await nsupdate(key, ...adds)).toEqual({ code: 0, output: '' });
    for (const [name, type, data] of lines) {
      const { output } = await dig('+short', '+noedns', '+norecurse', `${name}.${ZONE}`, type);
      // Of a delegated child the name servers are no answer but a referral.
      expect(output.trim()).toBe(type === 'NS' ? '' : data);
    }
  });

  test('says what prerequisites do not hold', async () => {
    const { code, output } = await nsupdate(key, `prereq nxdomain ns1.${ZONE}`, `update delete ns1.${ZONE}`);
    expect(code).not.toBe(0);
    expect(output).toContain('YXDOMAIN');
  });

  test('refuses a wrong secret', async () => {
    const wrong = { ...key, secret: newKey().secret };
    const { code, output } = await nsupdate(wrong, `zone ${ZONE}`, `update add new.${ZONE} 300 A 192.0.2.1`);
    expect(code).not.toBe(0);
    expect(output).toContain('BADSIG');
  });

  test('answers what is too long for UDP over TCP, and with EDNS', async () => {
    const adds = Array.from(
      { length: 60 },
      (_, index) => `update add long.${ZONE} 300 A 192.0.2.${index + 1}`,
    );
    await nsupdate(key, `zone ${ZONE}`, ...adds);
    const cut = await dig('+noedns', '+ignore', `long.${ZONE}`, 'A');
    expect(cut.output).toMatch(/flags: qr aa tc/);
    expect((await dig('+noedns', '+short', `long.${ZONE}`, 'A')).output.trim().split('\n')).toHaveLength(60);
    const larger = await dig('+bufsize=4096', '+ignore', `long.${ZONE}`, 'A');
    expect(larger.output).toMatch(/flags: qr aa rd;/);
    expect(larger.output).toMatch(/EDNS: version: 0.*udp: 1232/);
  });

  test('refuses what it does not do', async () => {
    expect((await dig('AXFR', ZONE)).output).toContain('Transfer failed');
    expect((await dig('+opcode=notify', ZONE, 'SOA')).output).toContain('NOTIMP');
    expect((await dig('+edns=9', '+noednsnegotiation', ZONE, 'SOA')).output).toContain('BADVERS');
  });
});
