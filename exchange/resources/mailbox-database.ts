import type { Invocation } from '../../powershell/invocation';
import { ExchangeVersion } from '../versions';
import { activeOn, copiesIn } from './database-copies';
import { defineResource } from './definition';
import { attributes, FILES, SETTINGS } from './mailbox-database-attributes';
import { findings } from './mailbox-database-findings';
import { changed, made, removed } from './mailbox-database-steps';
import { objectWith } from './object-with';
import { flagOf, textOf } from './property';

/** The one call that shows all databases with their copies. Only `-Status` makes it show which are mounted. */
const DATABASES: Invocation = {
  cmdlet: 'Get-MailboxDatabase',
  parameters: { Status: true },
  properties: [
    'Name',
    'Server',
    'Servers',
    'ActivationPreference',
    ...Object.values(FILES),
    ...Object.values(SETTINGS),
    'Mounted',
  ],
};

/**
 * A mailbox database with its copies. They are one object, so that they are created and removed in the order that
 * Exchange requires.
 */
export const mailboxDatabase = defineResource({
  typeName: 'exchange_mailbox_database',
  kind: 'mailbox-database',
  lifecycle: 'owned',
  lifespan: { since: ExchangeVersion.V2010 },
  description:
    'A mailbox database of a DAG with its copies. Exchange refuses to remove one that holds mailboxes; its files stay on the servers.',
  attributes,
  importId: ['name'],
  declaredExisting: ({ name }) =>
    `dag: { …, databases: { '${name ?? ''}': { copies: […], existing: true } } }`,
  computed: () => ({ mounted: true }),
  steady: ['active_on'],
  steps: ({ prior, planned }) => {
    if (planned === null) return prior === null ? [] : removed(prior);
    return prior === null ? made(planned) : changed(prior, planned);
  },
  observe: () => DATABASES,
  view: (objects, state) => {
    const found = objectWith(objects, { Name: state.name ?? '' });
    if (found === undefined) return null;
    return {
      ...state,
      copies: copiesIn(found, state.copies ?? []),
      edb_file: textOf(found, FILES.edb_file),
      log_folder: textOf(found, FILES.log_folder),
      circular_logging: flagOf(found, SETTINGS.circular_logging),
      rpc_client_access_server: (textOf(found, SETTINGS.rpc_client_access_server) ?? '') || null,
      // Not known if the server is down.
      mounted: flagOf(found, 'Mounted') ?? state.mounted,
      active_on: activeOn(found),
    };
  },
  foresee: (objects, { prior, planned }) => {
    const found = objectWith(objects, { Name: planned?.name ?? prior?.name ?? '' });
    const active_on = found === undefined ? (planned?.copies?.[0] ?? null) : activeOn(found);
    return {
      values: { active_on },
      diagnostics:
        found === undefined || planned === null ? [] : findings(found, planned, copiesIn(found, [])),
    };
  },
});
