import type { ChoicePrompt } from '../../remoting/server/command-host';
import type { Answer } from './journal';

/** What lasts while a cmdlet runs again from the start for each answer. */
export interface Conversation {
  readonly answers: Answer[];
  /** What can be made only once, in the order in which it was. */
  readonly made: unknown[];
}

/** A cmdlet needs an answer before it goes on. What it has done so far is undone. */
export class Question extends Error {
  override readonly name = 'Question';
}

/** A person said no to the whole cmdlet. */
export class Declined extends Error {
  override readonly name = 'Declined';
}

/** As PowerShell asks where there may be more than one question, which Exchange's cmdlets do (Microsoft's pages show it). */
const CHOICES = [
  { label: '&Yes', help: 'Continue with only the next step of the operation.' },
  { label: 'Yes to &All', help: 'Continue with all the steps of the operation.' },
  { label: '&No', help: 'Skip this operation and proceed with the next operation.' },
  { label: 'No to A&ll', help: 'Skip this operation and all subsequent operations.' },
];

export function promptFor(message: string): ChoicePrompt {
  return { caption: 'Confirm', message, choices: CHOICES, preset: 0 };
}

/** Whether a choice means yes. No cmdlet of the lab asks twice, so that "to all" means no more. */
export function isYes(choice: number): boolean {
  return choice < 2;
}
