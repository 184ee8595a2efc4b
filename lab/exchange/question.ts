import type { ChoicePrompt } from '../../remoting/server/command-host';
import type { Answer } from './journal';

/** The state that is kept while a cmdlet runs again from the start after each answer. */
export interface Conversation {
  readonly answers: Answer[];
  /** The values of `Call.once`, in the order in which they were made. */
  readonly made: unknown[];
}

/** Thrown where a cmdlet needs an answer before it can go on. Its changes so far are undone. */
export class Question extends Error {
  override readonly name = 'Question';
}

/** Thrown where the user answered no to the confirmation of the whole cmdlet. */
export class Declined extends Error {
  override readonly name = 'Declined';
}

/** The choices of a question that may be repeated, which is what Exchange's cmdlets ask (Microsoft's pages show it). */
const CHOICES = [
  { label: '&Yes', help: 'Continue with only the next step of the operation.' },
  { label: 'Yes to &All', help: 'Continue with all the steps of the operation.' },
  { label: '&No', help: 'Skip this operation and proceed with the next operation.' },
  { label: 'No to A&ll', help: 'Skip this operation and all subsequent operations.' },
];

export function promptFor(message: string): ChoicePrompt {
  return { caption: 'Confirm', message, choices: CHOICES, preset: 0 };
}

/** Whether a choice means yes. No cmdlet of the lab asks twice, so that "to all" makes no difference. */
export function isYes(choice: number): boolean {
  return choice < 2;
}
