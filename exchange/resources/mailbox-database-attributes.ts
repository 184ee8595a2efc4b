import type { Known, Problem, StateOf } from '../../schema';
import { flag, text, textList } from '../../schema';
import { sameInOrder } from './database-copies';
import { includesName, sameFolder, sameName } from './equality';
import { serverNameProblem } from './host';
import { isLocalFolder, isLocalPath } from './local-path';

/**
 * Exchange stores 64 characters, and a name is part of identities such as `DB01\EX01`. Non-ASCII letters are not
 * allowed, because it is not known which of them Exchange treats as equal.
 */
const NAME = /^[a-z0-9][a-z0-9 ._()&'-]{0,63}$/i;

export function databaseNameProblem(name: string): Problem | undefined {
  return NAME.test(name) && name.trim() === name
    ? undefined
    : {
        problem: `'${name}' is not a name for a mailbox database`,
        remedy: `use at most 64 letters, digits, spaces and . _ ( ) & ' -, a letter or digit first and no space last, such as DAG01-MDB001`,
      };
}

function fileProblem(value: Known): Problem | undefined {
  const file = value as string;
  return isLocalPath(file) && /\.edb$/i.test(file)
    ? undefined
    : { problem: `'${file}' is not the path of a database file`, remedy: 'write it as E:\\DAG01\\DB01.edb' };
}

function folderProblem(value: Known): Problem | undefined {
  return isLocalFolder(value as string)
    ? undefined
    : { problem: `'${value as string}' is not a local folder`, remedy: 'write it as F:\\DAG01\\DB01' };
}

function copiesProblem(value: Known): Problem | undefined {
  const servers = value as readonly string[];
  if (servers.length === 0) {
    return { problem: 'a database without a server', remedy: 'name the server that it is made on first' };
  }
  const twice = servers.find((name, index) => includesName(servers.slice(0, index), name));
  if (twice !== undefined) {
    return {
      problem: `'${twice}' stands twice`,
      remedy: 'a server has one copy of a database: name it once',
    };
  }
  return servers.map(serverNameProblem).find((problem) => problem !== undefined);
}

export const attributes = {
  name: text('required', 'Name, unique in the organization.', {
    identity: true,
    equals: sameName,
    problem: (value) => databaseNameProblem(value as string),
  }),
  copies: textList(
    'required',
    'Servers that hold it, in the order in which they are to take it over (activation preference). It is made on the first; where it is active later is not compared.',
    { equals: sameInOrder, problem: copiesProblem },
  ),
  edb_file: text(
    'optional-computed',
    'Path of the database file on each of the servers. It is decided when the database is made. Left out: what Exchange chooses.',
    { equals: sameFolder, problem: fileProblem },
  ),
  log_folder: text(
    'optional-computed',
    'Folder of its transaction logs on each of the servers. It is decided when the database is made. Left out: what Exchange chooses.',
    { equals: sameFolder, problem: folderProblem },
  ),
  circular_logging: flag(
    'optional-computed',
    'Whether transaction logs are deleted as soon as their content is in the database and in its copies. Left out: as it is.',
  ),
  rpc_client_access_server: text(
    'optional-computed',
    'Name under which Outlook inside reaches its mailboxes: the FQDN of the client access array, Exchange 2010 only. Left out: as it is.',
    { equals: sameName },
  ),
  mounted: flag('computed', 'Whether it is mounted: an apply mounts one that is not.'),
  active_on: text('computed', 'Server on which it is active.'),
} as const;

export type State = StateOf<typeof attributes>;

/** Attributes that are set only when a database is created, with their parameters. */
export const FILES = { edb_file: 'EdbFilePath', log_folder: 'LogFolderPath' } as const;

/** Attributes that can be changed on an existing database, with their parameters. */
export const SETTINGS = {
  circular_logging: 'CircularLoggingEnabled',
  rpc_client_access_server: 'RpcClientAccessServer',
} as const;
