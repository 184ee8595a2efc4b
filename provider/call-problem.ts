import { roleRemedy } from '../exchange/management-roles';
import { CERTIFICATE_READ, withoutCertificate } from '../exchange/resources/installed-certificate';
import type { Invocation } from '../powershell/invocation';
import type { ErrorRecord, FailedOutcome, ObjectsOutcome, Outcome } from '../powershell/outcome';
import type { Diagnostic } from '../schema';
import { ENVIRONMENT } from './configuration';
import { inLine, quoted } from './quotation';
import { REFUSED_SIZE } from './refused-size';
import { RESUME } from './resume';
import { lostCallProblem, notSentInTimeProblem, type CallPurpose } from './lost-call';

const TOO_LARGE = `The server seems to accept only smaller messages than this machine sends. Compare ${ENVIRONMENT.max_envelope_kilobytes} with MaxEnvelopeSizekb of the server, which \`winrm get winrm/config\` shows there: lower the setting to that value, or raise the value on the server. Where the message above says HTTP 413, another limit is too low. ${REFUSED_SIZE}`;
/** Cmdlets that change no setting. */
const READING_CMDLET = /^(Get|Test)-/;
const READ_REMEDY =
  'The cmdlet changes no setting. If a server is down, start it, or take it out of the declaration: the next deploy then removes it from DNS first.';
const PERHAPS_IN_PART =
  'The cmdlet went on after the error, so its change may be in effect wholly or in part. The next plan reads what the server has now.';

const UNEXPECTED =
  'The provider answers only questions that it knows. It did not answer this one, and the cmdlet ended without an answer. Run the cmdlet in the Exchange Management Shell, and answer the question there.';

/**
 * The most error records of one call that a diagnostic shows. A read of many servers that are down has one for each.
 */
const MOST_SHOWN = 10;

/**
 * The diagnostic for a call that failed; `undefined` where it succeeded. Most errors of Exchange do not end the call:
 * they are error records beside its output. So a write with an error record has failed, perhaps in part, and a read
 * with one does not show everything.
 */
export function outcomeProblem(
  invocation: Invocation,
  server: string | null,
  outcome: Outcome,
  purpose: CallPurpose = READING_CMDLET.test(invocation.cmdlet) ? 'read' : 'change',
): Diagnostic | undefined {
  const { cmdlet } = invocation;
  const where = server === null ? '' : ` for ${server}`;
  if (outcome.kind === 'unknown') return lostCallProblem(cmdlet, where, purpose, outcome);
  const onlyReads = purpose === 'read';
  const records = outcome.kind === 'failed' ? [outcome.error, ...outcome.errors] : outcome.errors;
  const [first] = records;
  if (first === undefined || isAlreadyGone(invocation, outcome)) return undefined;
  if (outcome.kind === 'failed' && outcome.unexpectedQuestion !== undefined) {
    return {
      severity: 'error',
      summary: `${cmdlet} asked an unexpected question${where}`,
      detail: `${quoted(outcome.unexpectedQuestion)}\n(${inLine(first.fullyQualifiedErrorId)})\n${UNEXPECTED} ${RESUME}`,
    };
  }
  if (outcome.kind === 'failed' && outcome.notSent === 'timeout') {
    const problem = notSentInTimeProblem(cmdlet, where, outcome.bound);
    if (problem !== undefined) return problem;
  }
  const tooLarge = outcome.kind === 'failed' && outcome.notSent === 'too-large';
  const showedSome = outcome.kind === 'objects' && onlyReads && outcome.objects.length > 0;
  const detail = [
    ...records.slice(0, MOST_SHOWN).map(shownRecord),
    ...(records.length > MOST_SHOWN ? [`and ${records.length - MOST_SHOWN} more errors`] : []),
    ...(showedSome ? [lacking(records, outcome.objects.length)] : []),
    ...(outcome.kind === 'objects' && !onlyReads ? [PERHAPS_IN_PART] : []),
    tooLarge ? TOO_LARGE : remedyFor(first.fullyQualifiedErrorId, cmdlet),
  ];
  return {
    severity: 'error',
    summary: showedSome ? `${cmdlet} does not show everything${where}` : `${cmdlet} failed${where}`,
    detail: detail.join('\n'),
  };
}

/**
 * The diagnostic for an answer of `Get-ExchangeCertificate` that is incomplete; `undefined` where it is complete. A
 * certificate that is missing in the answer may still be on the server: it would be imported again, or removed unseen.
 */
export function certificatesUnshown(
  server: string | null,
  { objects }: ObjectsOutcome,
): Diagnostic | undefined {
  const lacking = withoutCertificate(objects);
  if (objects.length > 0 && lacking === 0) return undefined;
  const where = server === null ? '' : ` for ${server}`;
  return {
    severity: 'error',
    summary: `${CERTIFICATE_READ} does not show everything${where}`,
    detail:
      objects.length === 0
        ? "It returned no certificate and no error, although every Exchange server has at least one, that of its transport service. So the answer is not used. Run the cmdlet in the Exchange Management Shell on the server to see what it returns there, and check the account's rights."
        : `Of ${objects.length} object${objects.length === 1 ? '' : 's'} ${lacking} came without RawData, the property that holds the certificate itself. So the answer is not used. Every PowerShell session sends this property. Something on the way removes it, such as a proxy function with the name of the cmdlet or a custom management role: look for it on the server.`,
  };
}

function shownRecord({ message, fullyQualifiedErrorId }: ErrorRecord): string {
  return `${quoted(message)}\n(${inLine(fullyQualifiedErrorId)})`;
}

function lacking(records: readonly ErrorRecord[], shown: number): string {
  const targets = [...new Set(records.flatMap(({ target }) => target ?? []))];
  const what = targets.length === 0 ? 'the objects that the errors are about' : inLine(targets.join(', '));
  return `It returned ${shown} object${shown === 1 ? '' : 's'}, but nothing about ${what}. An incomplete answer is not used.`;
}

const NO_CMDLET = 'CommandNotFoundException';
const NO_PARAMETER = 'NamedParameterNotFound';

/** Whether the session offers no such cmdlet, or not one of its parameters. */
export function isNotOffered(outcome: Outcome): boolean {
  if (outcome.kind !== 'failed') return false;
  const { fullyQualifiedErrorId: id } = outcome.error;
  return id.startsWith(NO_CMDLET) || id.startsWith(NO_PARAMETER);
}

/** The error id of PowerShell's FileSystem provider where there is no file to remove. */
const NO_FILE = 'PathNotFound,Microsoft.PowerShell.Commands.RemoveItemCommand';

/** Whether `Remove-Item` failed only because the file is already gone. */
export function isAlreadyGone({ cmdlet }: Invocation, outcome: ObjectsOutcome | FailedOutcome): boolean {
  const errors = outcome.kind === 'failed' ? [outcome.error, ...outcome.errors] : outcome.errors;
  return cmdlet === 'Remove-Item' && errors.every(({ fullyQualifiedErrorId: id }) => id === NO_FILE);
}

/** Goes by the error id, which is the same in every language, and never by the message. */
function remedyFor(id: string, cmdlet: string): string {
  if (id.startsWith(NO_CMDLET)) {
    return `The session does not offer this cmdlet. Either the account has no management role with it, or the session is not a session of Exchange, or it runs on a server whose version of Exchange does not have the cmdlet yet. Name a server of the newest version in ${ENVIRONMENT.endpoint}. If a role is missing: ${roleRemedy([cmdlet])}`;
  }
  if (id.startsWith(NO_PARAMETER)) {
    return `Either this version of Exchange does not have the parameter, or no management role of the account contains it. Check the version that is declared for the server. If a role is missing: ${roleRemedy([cmdlet])}`;
  }
  return READING_CMDLET.test(cmdlet) ? READ_REMEDY : RESUME;
}

/** Only a warning: the plan goes on, and a right that is lacking shows at the deploy. */
export function uncheckedRights(outcome: Outcome): Diagnostic {
  const reason =
    outcome.kind === 'unknown' ? outcome.message : outcome.kind === 'failed' ? outcome.error.message : '';
  return {
    severity: 'warning',
    summary: 'The rights of the account could not be checked',
    detail: `${quoted(reason)}\nThe plan goes on without this check. If the account lacks a right, the deploy will stop at the first cmdlet that needs it. \`npm run doctor\` checks the rights, too.`,
  };
}

/** The warnings of Exchange, shown beside those of the plan. */
export function warnings(invocation: Invocation, outcome: Outcome): readonly Diagnostic[] {
  if (outcome.kind === 'unknown') return [];
  return outcome.warnings.map((message) => ({
    severity: 'warning',
    summary: `${invocation.cmdlet} warns`,
    detail: quoted(message),
  }));
}
