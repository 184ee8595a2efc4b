import { startSealedSiteEndpoint } from '../integration/site-endpoint';
import { Realm } from '../kerberos/realm';
import { describeWithKerberos } from '../remoting/peers/kdc';
import { deployThrough, describeDroppedRequests, undisturbed } from './dropped-deploys';

describeWithKerberos('over HTTP that Kerberos seals', () => {
  const realm = new Realm();
  beforeAll(async () => {
    await realm.start();
    realm.signIn();
  }, 60_000);
  afterAll(() => realm.stop());

  deployThrough((_folder, organization) => startSealedSiteEndpoint({ organization }));

  test('a deploy sends requests of every kind, each of which is dropped below', () => {
    const operations = new Set(undisturbed.requests.map(({ operation }) => operation));
    expect([...operations].sort()).toEqual(['Command', 'Create', 'Delete', 'Receive', 'Send', 'SignIn']);
  });

  describeDroppedRequests();
});
