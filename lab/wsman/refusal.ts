/** A fault with which the service answers (MS-WSMV 2.2.4.43). */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: 'Sender' | 'Receiver',
    readonly subcode: string,
    message: string,
    /** Code of wsmerror.h or winerror.h. */
    readonly windowsCode?: number,
  ) {
    super(message);
  }
}

export const refusals = {
  timedOut: () =>
    new Refusal(
      'Receiver',
      'TimedOut',
      'The operation did not complete within its OperationTimeout.',
      2150858793,
    ),
  noSuchShell: () =>
    new Refusal('Sender', 'InvalidSelectors', 'The shell was not found on the server.', 2150858843),
  noSuchCommand: () =>
    new Refusal('Sender', 'InvalidSelectors', 'The command identifier does not exist.', 2150858843),
  tooManyShells: (most: number) =>
    new Refusal(
      'Receiver',
      'QuotaLimit',
      `This user is allowed a maximum of ${most} concurrent shells, which has been exceeded.`,
      2150859173,
    ),
  /** As observed with Windows Server 2012 R2, without a code (https://github.com/jborean93/pypsrp/issues/148). */
  tooManyCommands: () =>
    new Refusal(
      'Receiver',
      'InternalError',
      'The maximum number of concurrent commands per shell has been exceeded.',
    ),
  tooLarge: (most: number) =>
    new Refusal('Sender', 'EncodingLimit', `The request exceeds the largest envelope (${most} bytes).`),
  accessDenied: () => new Refusal('Sender', 'AccessDenied', 'Access is denied.', 5),
  /**
   * ERROR_WSMAN_INVALID_RESOURCE_URI of wsmerror.h in the Windows SDK: the endpoint has no such shell in its catalog.
   */
  unknownResource: (resource: string) =>
    new Refusal(
      'Sender',
      'DestinationUnreachable',
      `There is no resource ${resource.slice(0, 200)}.`,
      2150858811,
    ),
  invalid: (what: string) => new Refusal('Sender', 'SchemaValidationError', what, 2150858817),
};
