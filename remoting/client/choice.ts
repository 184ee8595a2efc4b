import type { ExpectedQuestion } from '../../powershell/invocation';
import { PROMPT_FOR_CHOICE } from '../host-method';
import { isList, property } from '../property';
import type { HostValue } from '../server/command-host';
import type { HostCall } from './host-call';

/**
 * The choices of PowerShell's confirmations, in their order. There are two forms, and "No" has a different number in
 * each: in the longer one, the second choice is "Yes to All".
 */
const CONFIRMATIONS: readonly (readonly string[])[] = [
  ['Yes', 'No'],
  ['Yes', 'Yes to All', 'No', 'No to All'],
];
const ENGLISH: ReadonlySet<string> = new Set(CONFIRMATIONS.flat());
/** Characters of a question to show people. */
const SHOWN_CHARACTERS = 2_000;

/**
 * The number of the choice that answers the expected question; `undefined` where this is another question, or its
 * choices are not those of a confirmation. In English the labels must be the known ones; in other languages the number
 * decides.
 */
export function choiceFor(expected: ExpectedQuestion, { method, parameters }: HostCall): number | undefined {
  if (method.number !== PROMPT_FOR_CHOICE || parameters.length !== 4) return undefined;
  const [caption, message, choices, preset] = parameters;
  if (typeof caption !== 'string' || typeof message !== 'string' || typeof preset !== 'number')
    return undefined;
  const labels = isList(choices) ? choices.map(labelOf) : [];
  const confirmation = CONFIRMATIONS.find(({ length }) => length === labels.length);
  if (confirmation === undefined || !agree(labels, confirmation)) return undefined;
  const isEnglish = labels[0] === confirmation[0];
  if (!isMeant(expected, `${caption}\n${message}`, isEnglish)) return undefined;
  return confirmation.indexOf(expected.answer === 'yes' ? 'Yes' : 'No');
}

/** The text of a host call, for people. */
export function askedText({ method, parameters }: HostCall): string {
  const said = parameters.filter((parameter): parameter is string => typeof parameter === 'string');
  return `${method.name}: ${said.join(' ').replace(/\s+/g, ' ')}`.slice(0, SHOWN_CHARACTERS).trim();
}

/** The label without the `&` before its key. */
function labelOf(choice: HostValue): string | undefined {
  const label = property(choice, 'label');
  return typeof label === 'string' ? label.replaceAll('&', '') : undefined;
}

/**
 * Whether the labels may be those of a confirmation. English labels must be in PowerShell's order. In another language no
 * label may be an English one, unless it has the same number, like "No" in Spanish.
 */
function agree(labels: readonly (string | undefined)[], confirmation: readonly string[]): boolean {
  const isEnglish = labels[0] === confirmation[0];
  return labels.every((label, index) => {
    if (label === undefined) return false;
    return label === confirmation[index] || (!isEnglish && !ENGLISH.has(label));
  });
}

/**
 * Whether the text is that of the expected question. In English the text must match, so that another question about the
 * same thing is not answered.
 */
function isMeant({ text, names }: ExpectedQuestion, asked: string, isEnglish: boolean): boolean {
  const lower = asked.toLowerCase();
  return lower.includes(text.toLowerCase()) || (!isEnglish && lower.includes(names.toLowerCase()));
}
