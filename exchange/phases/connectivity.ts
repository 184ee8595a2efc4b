import { path } from '../../schema';
import { autodiscoverQuestion, connectivityTests, type AutodiscoverQuestion } from '../connectivity';
import {
  elementsOf,
  type Element,
  type ExchangeObject,
  type FurtherRecord,
  type RecordSet,
} from '../element';
import { exchangeObject } from '../exchange-object';
import { recordTexts } from '../further-records';
import { namesForClients } from '../health-from-runner';
import { connectivityCheck, erase } from '../resources';
import { includesName } from '../resources/equality';
import type { Connectivity } from '../site';
import type { Placement } from '../topology';
import { checkedObjects, triggersOf } from './health';
import { idOn, type Phase } from './phase';

/**
 * The connectivity tests of each server. They run after its health gate and after the DNS records of its names, because
 * they connect as clients do. Nothing depends on them.
 */
export const connectivity: Phase = ({ site, placements }, made) =>
  placements.flatMap((placement) => {
    const tests = connectivityTests(site, placement);
    const question = autodiscoverQuestion(site, placement, placements);
    return tests.length === 0 && Object.keys(question).length === 0
      ? []
      : [checkOf(placement, tests, question, site.health?.connectivity ?? {}, made)];
  });

function checkOf(
  placement: Placement,
  tests: readonly string[],
  question: AutodiscoverQuestion,
  { mailbox, account }: Pick<Partial<Connectivity>, 'mailbox' | 'account'>,
  made: readonly Element[],
): ExchangeObject {
  const { server, path: at, checks } = placement;
  const { timeout_seconds } = checks;
  const names = [...namesForClients(placement), ...placement.protocols.map(({ host }) => host)];
  const records = [...elementsOf(made, 'record-set'), ...elementsOf(made, 'further-record')].filter(
    ({ host }) => includesName(names, host),
  );
  const before = checkedObjects(made, server.name).filter(
    ({ definition }) => definition.lifecycle !== 'check',
  );
  return exchangeObject({
    id: idOn(server, 'connectivity'),
    definition: erase(connectivityCheck),
    server: server.name,
    version: server.version,
    attributes: {
      server: server.name,
      tests: [...tests].sort(),
      ...(mailbox === undefined ? {} : { mailbox }),
      ...(account === undefined ? {} : { account }),
      ...question,
      ...(timeout_seconds === undefined ? {} : { timeout_seconds }),
      triggers: Object.fromEntries([
        ...before.flatMap((object) => triggersOf(object, idOn(server, ''))),
        ...records.map((record) => [`dns-${record.id}`, contentOf(record)] as const),
      ]),
    },
    origin: {
      server: [...at, { attribute: 'name' }],
      tests: path('health', 'connectivity', 'tests'),
      mailbox: path('health', 'connectivity', 'mailbox'),
      account: path('health', 'connectivity', 'account'),
      autodiscover_certificate: path('health', 'connectivity', 'tests'),
      autodiscover_urls: path('health', 'connectivity', 'tests'),
      timeout_seconds: path('health', 'timeoutSeconds'),
    },
    certificates: new Map(
      before.flatMap(({ id, certificate: name }) => (name === undefined ? [] : [[id, name] as const])),
    ),
    dependsOn: [idOn(server, 'health'), ...records.map(({ id }) => id)],
  });
}

/** The content of a record set, as a trigger: a change of it runs the tests again. */
function contentOf(record: RecordSet | FurtherRecord): string {
  return ('content' in record ? recordTexts(record.content) : record.addresses).join(' ');
}
