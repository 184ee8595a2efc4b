import type { JournalEntry } from '../../lab/exchange/journal';
import type { Argument } from '../../powershell/invocation';
import { renderInvocation } from '../../powershell/script';
import type { Plan } from './site-rig';

/**
 * Cmdlets as a plan writes them, for comparison with those that ran: neither shows the content of a file nor a secret,
 * each in words of its own, and letter case is Exchange's to choose. A condition has held where the cmdlet ran.
 */
function comparable(text: string): string {
  return text
    .replace(/ \(only if [^)]*\)$/, '')
    .replace(/'<\d+ bytes>'|<content of [^>]*>/, '<file>')
    .replace(/'<secure>'|<the PFX password>/, '<secret>')
    .toLowerCase();
}

/** What a plan shows that an apply will run, checks included, in no order. */
export function plannedCmdlets({ changes }: Plan): readonly string[] {
  return changes
    .flatMap(({ change }) => (change.after?.['cmdlets'] ?? []) as readonly string[])
    .map(comparable)
    .sort();
}

/** What ran, but for the reads (`Get-…`) that a plan does not show, in no order. */
export function executedCmdlets(
  entries: readonly JournalEntry[],
  planned: readonly string[],
): readonly string[] {
  return entries
    .map(({ cmdlet, parameters, answers = [] }) => {
      const [answer] = answers.map(({ question, yes }) => ({
        text: question.split('\r\n')[0] ?? '',
        names: question,
        answer: yes ? ('yes' as const) : ('no' as const),
      }));
      return renderInvocation({
        cmdlet,
        parameters: parameters as { [name: string]: Argument },
        ...(answer === undefined ? {} : { question: answer }),
      });
    })
    .map(comparable)
    .filter((text) => !text.startsWith('get-') || planned.includes(text))
    .sort();
}
