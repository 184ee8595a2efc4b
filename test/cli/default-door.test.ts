import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { examine as examineIt } from '../../cli/doctor/doctor';
import type { Ports } from '../../cli/doctor/doors/place';
import { renderJson, renderText, type Report } from '../../cli/doctor/report';
import type { Environment } from '../../provider/environment';
import { setNativeEnvironment } from '../kerberos/native-environment';
import { PASSWORD, Realm, USER } from '../kerberos/realm';
import { removeFolders, twoServers } from '../lab/exchange/session';
import { describeWithKerberos } from '../remoting/peers/kdc';
import { startEndpointProcess, type EndpointProcess } from '../remoting/peers/wsman-endpoint';
import { closedPort, containing, failure, states } from './rig';

describeWithKerberos('doctor, at a server as Setup leaves it', () => {
  const realm = new Realm();
  let endpoint: EndpointProcess;
  let ports: Ports;
  let sealed: Environment;

  beforeAll(async () => {
    await realm.start();
    const environment = { ...process.env, ...realm.kdc.environment, KRB5_KTNAME: realm.kdc.keytab };
    const options = ['--default'];
    endpoint = await startEndpointProcess(twoServers().folder, 'BSAEX01', 'HTTP@localhost', environment, {
      options,
    });
    const nobody = await closedPort();
    ports = {
      http: Number(new URL(endpoint.httpUrl).port),
      https: Number(new URL(endpoint.url).port),
      ssh: nobody,
      'windows-https': nobody,
      'windows-http': nobody,
    };
    sealed = {
      EXCHANGE_ENDPOINT: endpoint.httpUrl,
      EXCHANGE_CA_FILE: endpoint.caFile,
      EXCHANGE_USER: USER,
      EXCHANGE_PASSWORD: PASSWORD,
    };
  });
  beforeEach(() => realm.reset());
  afterAll(async () => {
    await endpoint.stop();
    await realm.stop();
    removeFolders();
  });

  async function examine(environment: Environment): Promise<Report> {
    const report = await examineIt({ doors: { ports } }, environment);
    expect(renderText(report) + renderJson(report)).not.toContain(PASSWORD);
    return report;
  }

  test('passes every check over sealed HTTP, and names the doors in one line', async () => {
    const report = await examine(sealed);
    expect(states(report)).toBe(
      'name ok, tcp ok, tls skipped, authentication ok, session ok, servers ok, certificates ok, cmdlets ok',
    );
    expect(renderText(report)).toMatch(
      /^found {4}ways in {9}HTTP encrypted by Kerberos \(\d+\), HTTPS with Kerberos \(\d+\)$/m,
    );
  });

  test('signs in as docs/sign-in/ says: with a keytab, and with a ticket', async () => {
    setNativeEnvironment({ KRB5_CLIENT_KTNAME: realm.kdc.userKeytab, KRB5CCNAME: 'MEMORY:' });
    const byKeytab = await examine({ EXCHANGE_ENDPOINT: endpoint.httpUrl });
    expect(byKeytab.ok).toBe(true);
    realm.reset();
    realm.signIn();
    const byTicket = await examine({ EXCHANGE_ENDPOINT: endpoint.httpUrl });
    expect(byTicket.ok).toBe(true);
  });

  test('passes every check over HTTPS with Kerberos', async () => {
    const report = await examine({
      ...sealed,
      EXCHANGE_ENDPOINT: endpoint.url,
      EXCHANGE_AUTHENTICATION: 'negotiate',
    });
    expect(report.ok).toBe(true);
  });

  test('sends who came with Basic to the sealed door', async () => {
    const report = await examine({ ...sealed, EXCHANGE_ENDPOINT: endpoint.url });
    expect(failure(report).check).toBe('authentication');
    const text = renderText(report);
    expect(text).toMatch(/^closed {2}HTTPS with Basic .*it offers Kerberos; Basic is off, as by default$/m);
    expect(text).toContain(`\nUse HTTP encrypted by Kerberos: EXCHANGE_ENDPOINT=${endpoint.httpUrl} `);
  });

  test('leaves who has no ticket at the door, and says that it is the right one', async () => {
    const report = await examine({ EXCHANGE_ENDPOINT: endpoint.httpUrl });
    expect(failure(report)).toMatchObject({ check: 'authentication' });
    expect(renderText(report)).toMatch(
      /^The endpoint already uses the best way that is open, HTTP encrypted by Kerberos\. The failed check above/m,
    );
  });

  test('says that HTTP is sent on to HTTPS, and to take that', async () => {
    const sending = createServer((_request, response) => {
      response.writeHead(302, { Location: 'https://mail.contoso.com/owa' }).end();
    }).listen(0, '127.0.0.1');
    await once(sending, 'listening');
    try {
      const { port } = sending.address() as AddressInfo;
      const environment = { ...sealed, EXCHANGE_ENDPOINT: `http://localhost:${port}/PowerShell/` };
      const report = await examine(environment);
      expect(failure(report)).toMatchObject({
        check: 'session',
        detail: containing('did not prove by Kerberos'),
      });
      const text = renderText(report);
      expect(text).toMatch(
        /^faulty {2}HTTP encrypted by Kerberos .*mail\.contoso\.com\/owa \(HTTP 302\)\n {8}Remove the redirection from/m,
      );
      expect(text).toContain(`\nUse HTTPS with Kerberos: EXCHANGE_ENDPOINT=${endpoint.url} and `);
    } finally {
      sending.close();
    }
  });
});
