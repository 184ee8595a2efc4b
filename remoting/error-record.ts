import type { ErrorRecord } from '../powershell/outcome';
import type { ClixmlObject } from './clixml/serialize';
import { property } from './property';
import type { HostValue } from './server/command-host';

/** System.Management.Automation.ErrorCategory by number (MS-PSRP 2.2.3.15.1). */
const CATEGORIES = [
  'NotSpecified',
  'OpenError',
  'CloseError',
  'DeviceError',
  'DeadlockDetected',
  'InvalidArgument',
  'InvalidData',
  'InvalidOperation',
  'InvalidResult',
  'InvalidType',
  'MetadataError',
  'NotImplemented',
  'NotInstalled',
  'ObjectNotFound',
  'OperationStopped',
  'OperationTimeout',
  'SyntaxError',
  'ParserError',
  'PermissionDenied',
  'ResourceBusy',
  'ResourceExists',
  'ResourceUnavailable',
  'ReadError',
  'WriteError',
  'FromStdErr',
  'SecurityError',
  'ProtocolError',
  'ConnectionError',
  'AuthenticationError',
  'LimitsExceeded',
  'QuotaExceeded',
  'NotEnabled',
] as const;

/** Reads an ErrorRecord (MS-PSRP 2.2.3.15). What is missing is left out or empty. */
export function readErrorRecord(value: HostValue): ErrorRecord {
  const id = property(value, 'FullyQualifiedErrorId');
  const category = property(value, 'ErrorCategory_Category');
  const name = typeof category === 'number' ? CATEGORIES[category] : undefined;
  const target = property(value, 'ErrorCategory_TargetName');
  return {
    fullyQualifiedErrorId: typeof id === 'string' ? id : '',
    message: readMessage(value),
    ...(name === undefined ? {} : { category: name }),
    ...(typeof target === 'string' && target !== '' ? { target } : {}),
  };
}

/** As PowerShell does, prefers ErrorDetails to the message of the exception. */
function readMessage(value: HostValue): string {
  const candidates = [
    property(value, 'ErrorDetails_Message'),
    property(property(value, 'Exception'), 'Message'),
    typeof value === 'object' && value !== null && 'text' in value ? value.text : undefined,
  ];
  return candidates.find((text): text is string => typeof text === 'string') ?? '';
}

/** Writes an ErrorRecord that a real PowerShell can rehydrate. */
export function writeErrorRecord(error: ErrorRecord): ClixmlObject {
  const category = CATEGORIES.findIndex((name) => name === error.category);
  const number = category < 0 ? 0 : category;
  const activity = error.fullyQualifiedErrorId.split(',')[1] ?? '';
  const target = error.target ?? '';
  return {
    typeNames: ['System.Management.Automation.ErrorRecord', 'System.Object'],
    text: error.message,
    properties: {
      Exception: {
        typeNames: ['System.Management.Automation.RemoteException', 'System.Exception', 'System.Object'],
        text: `System.Management.Automation.RemoteException: ${error.message}`,
        properties: { Message: error.message, Data: { entries: {} }, InnerException: null },
      },
      TargetObject: null,
      FullyQualifiedErrorId: error.fullyQualifiedErrorId,
      InvocationInfo: null,
      ErrorCategory_Category: number,
      ErrorCategory_Activity: activity,
      ErrorCategory_Reason: 'RemoteException',
      ErrorCategory_TargetName: target,
      ErrorCategory_TargetType: '',
      ErrorCategory_Message: `${CATEGORIES[number] ?? ''}: (${target}:) [${activity}], RemoteException`,
      SerializeExtendedInfo: false,
    },
  };
}
