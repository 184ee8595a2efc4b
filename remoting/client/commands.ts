import type { Argument, ExpectedQuestion, Invocation } from '../../powershell/invocation';
import { Credential, isTable, Reference, SecureText } from '../../powershell/invocation';
import { type ClixmlInput, type ClixmlObject, TypedList } from '../clixml/serialize';
import { enumeration, propertySet } from '../enumeration';
import { RemotingError } from '../remoting-error';

const LIST_OF_OBJECTS = [
  'System.Collections.Generic.List`1[[System.Management.Automation.PSObject, System.Management.Automation, Version=3.0.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35]]',
  'System.Object',
];
/** The cmdlet that leaves properties out of an answer on the server. A restricted endpoint may not have it. */
export const SELECTION = 'Select-Object';
const NO_MERGE = enumeration('System.Management.Automation.Runspaces.PipelineResultTypes', 'None', 0);

/** HostInfo of a client without a host: nothing can be printed or asked (MS-PSRP 2.2.3.14). */
export const NULL_HOST: ClixmlObject = propertySet({
  _isHostNull: true,
  _isHostUINull: true,
  _isHostRawUINull: true,
  _useRunspaceHost: true,
});

/** HostInfo of a client that answers questions, as PowerShell writes that of a host without a screen. */
const ANSWERING_HOST: ClixmlObject = propertySet({
  _isHostNull: false,
  _isHostUINull: false,
  _isHostRawUINull: true,
  _useRunspaceHost: false,
});

export const UNKNOWN_APARTMENT = enumeration(
  'System.Management.Automation.Runspaces.ApartmentState',
  'UNKNOWN',
  2,
);

/** A cmdlet, and those that its output is piped into. */
export type Statement = readonly [Invocation, ...Invocation[]];
export type Statements = readonly [Statement, ...Statement[]];

/**
 * A call piped into a `Select-Object` of its requested properties. Each property is named once, whatever its letter
 * case: `Select-Object` gives an error for every object where one is named twice.
 */
export function selecting(call: Invocation): Statement {
  const names = new Map((call.properties ?? []).map((name) => [name.toLowerCase(), name]));
  return [call, { cmdlet: SELECTION, parameters: { Property: [...names.values()] } }];
}

/** The question that a pipeline may ask. Several statements may ask none. */
export function questionOf([[call], ...more]: Statements): ExpectedQuestion | undefined {
  return more.length === 0 ? call.question : undefined;
}

/**
 * CREATE_PIPELINE (MS-PSRP 2.2.2.10) of statements that run one after the other. Never contains a script. The pool has
 * no host, so only a pipeline with a question of its own can ask anything.
 */
export function createPipeline(statements: Statements): ClixmlObject {
  return propertySet({
    NoInput: true,
    ApartmentState: UNKNOWN_APARTMENT,
    RemoteStreamOptions: enumeration('System.Management.Automation.Runspaces.RemoteStreamOptions', '0', 0),
    AddToHistory: false,
    HostInfo: questionOf(statements) === undefined ? NULL_HOST : ANSWERING_HOST,
    PowerShell: propertySet({
      IsNested: false,
      // Several statements are all here, and the first one is also in `Cmds`, as recorded clients send it.
      ExtraCmds:
        statements.length === 1
          ? null
          : new TypedList(
              LIST_OF_OBJECTS,
              statements.map((statement) => propertySet({ Cmds: commands(statement) })),
            ),
      Cmds: commands(statements[0]),
      History: null,
      RedirectShellErrorOutputPipe: false,
    }),
    IsNested: false,
  });
}

function commands(statement: Statement): TypedList {
  return new TypedList(LIST_OF_OBJECTS, statement.map(command));
}

function command(call: Invocation): ClixmlObject {
  const args = Object.entries(call.parameters).map(([name, value]) =>
    propertySet({ N: name, V: argument(value) }),
  );
  return propertySet({
    Cmd: call.cmdlet,
    IsScript: false,
    UseLocalScope: null,
    MergeMyResult: NO_MERGE,
    MergeToResult: NO_MERGE,
    MergePreviousResults: NO_MERGE,
    Args: new TypedList(LIST_OF_OBJECTS, args),
    MergeError: NO_MERGE,
    MergeWarning: NO_MERGE,
    MergeVerbose: NO_MERGE,
    MergeDebug: NO_MERGE,
    MergeInformation: NO_MERGE,
  });
}

function argument(value: Argument): ClixmlInput {
  if (value instanceof Reference) {
    throw new RemotingError('usage', `the ${value.description} was never put in place of its reference`);
  }
  if (value instanceof Credential) return credential(value);
  if (isArguments(value)) return value.map(argument);
  if (!isTable(value)) return value;
  return {
    entries: Object.fromEntries(Object.entries(value.table).map(([key, item]) => [key, argument(item)])),
  };
}

const CREDENTIAL = 'System.Management.Automation.PSCredential';

/** As PowerShell writes one (MS-PSRP 2.2.3.25); the other side makes a `PSCredential` of it. */
function credential({ user, password }: Credential): ClixmlObject {
  return {
    typeNames: [CREDENTIAL, 'System.Object'],
    text: CREDENTIAL,
    properties: { UserName: user, Password: password },
  };
}

/** True where a secure string is among the arguments, so that a session key is needed. */
export function holdsSecureText(value: Argument): boolean {
  if (value instanceof SecureText || value instanceof Credential) return true;
  if (isArguments(value)) return value.some(holdsSecureText);
  return isTable(value) && Object.values(value.table).some(holdsSecureText);
}

function isArguments(value: Argument): value is readonly Argument[] {
  return Array.isArray(value);
}
