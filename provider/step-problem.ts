import type { Omission, Step, ToldFailure } from '../exchange/resources';
import type { Invocation } from '../powershell/invocation';
import { renderInvocation } from '../powershell/script';
import type { Diagnostic } from '../schema';
import { foundAfter, type Unwell } from './patience';
import { counted } from './quantity';
import { NOT_RUN, RESUME } from './resume';

/** Shows the call of a step that was left out on purpose, for an administrator who wants to run it all the same. */
export function omissionWarning({ invocation }: Step, { summary, detail }: Omission): Diagnostic {
  return { severity: 'warning', summary, detail: `${detail}\n  ${renderInvocation(invocation)}` };
}

/** The step did not run: what its guard must know could not be read, or only in part. */
export function guardReadProblem({ invocation, server }: Step, { summary, detail }: Diagnostic): Diagnostic {
  return {
    severity: 'error',
    summary: `${invocation.cmdlet} was not run${server === null ? '' : ` for ${server}`}`,
    detail: `Right before this step the provider reads whether the step may run. That read failed: ${summary}\n${detail}\nSo the step was not run. ${RESUME}`,
  };
}

export function timeoutProblem(
  step: Pick<Step, 'invocation' | 'server'> & { readonly summary?: string },
  seconds: number,
  { problem, end }: Unwell<string>,
  told?: ToldFailure,
): Diagnostic {
  return {
    severity: 'error',
    summary: told?.summary ?? step.summary ?? `${step.server ?? 'The organization'} is not healthy`,
    detail: `${foundAfter(seconds, end)}: ${problem} (${step.invocation.cmdlet}). ${closingOf(told)}`,
  };
}

/** A check whose cmdlet fails says nothing about the server: it must not count as healthy. */
export function checkReadProblem(
  seconds: number,
  { problem: { severity, summary, detail }, end }: Unwell<Diagnostic>,
  told?: ToldFailure,
): Diagnostic {
  const repeated =
    end === 'time-over' && seconds > 0
      ? `The check was repeated for at most ${counted(seconds, 'second')}. `
      : '';
  return { severity, summary, detail: `${detail}\n${repeated}${closingOf(told)}` };
}

/** The remedy, and which part of the deploy was not run. */
function closingOf(told: ToldFailure | undefined): string {
  return told === undefined ? NOT_RUN : `${told.remedy} ${RESUME}`;
}

/** The step or an earlier deploy laid a file with a private key on the server, and its removal was not confirmed. */
export function fileLeft(
  file: string,
  server: string | null,
  removal: Invocation,
  why: readonly Diagnostic[],
): Diagnostic {
  const reasons = why.map(({ summary, detail }) => `${summary}: ${detail}`);
  return {
    severity: 'error',
    summary: `The file ${file} may still be on ${server ?? 'the server'}`,
    detail: [
      'The file may hold the certificate with its private key, and its removal was not confirmed.',
      ...reasons,
      `Look for the file on ${server ?? 'the server'}. If it is there, remove it:\n  ${renderInvocation(removal)}`,
    ].join('\n'),
  };
}
