import type { ErrorRecord } from '../../powershell/outcome';
import type { ChoicePrompt, ClientHost } from './command-host';
import { choiceCall, leaveCall, lineCall, type Content } from './emissions';
import type { HostResponse } from './host-response';

/** A question was not answered. */
export class PromptFailed extends Error {
  override readonly name = 'PromptFailed';

  /** @param record the error with which a compiled .NET cmdlet ends then */
  constructor(
    message: string,
    readonly record: (cmdletClass: string) => ErrorRecord,
  ) {
    super(message);
  }
}

function failing(id: string, message: string, category = 'NotSpecified'): PromptFailed {
  return new PromptFailed(message, (cmdletClass) => ({
    fullyQualifiedErrorId: `${id},${cmdletClass}`,
    message,
    category,
  }));
}

/** The host calls of one pipeline. Its questions are numbered from 1. */
export class Prompts implements ClientHost {
  readonly #waiting = new Map<bigint, (response: HostResponse) => void>();
  #lastCall = 0n;

  constructor(
    private readonly signal: AbortSignal,
    private readonly send: (call: Content) => Promise<void>,
  ) {}

  async promptForChoice(prompt: ChoicePrompt): Promise<number> {
    const call = ++this.#lastCall;
    const [response] = await Promise.all([this.#await(call), this.send(choiceCall(call, prompt))]);
    return chosen(response, prompt);
  }

  writeLine(text: string): Promise<void> {
    return this.send(lineCall(text));
  }

  leaveSession(): Promise<void> {
    return this.send(leaveCall());
  }

  /** Drops an answer to a call that does not wait, as PowerShell does. */
  take(response: HostResponse): void {
    this.#waiting.get(response.call)?.(response);
  }

  #await(call: bigint): Promise<HostResponse> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(failing('PipelineStopped', 'The pipeline has been stopped.'));
      if (this.signal.aborted) onAbort();
      this.signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.set(call, (response) => {
        this.signal.removeEventListener('abort', onAbort);
        this.#waiting.delete(call);
        resolve(response);
      });
    });
  }
}

/**
 * The number of the choice. The error ids are those of PowerShell 7.6. An answer of another type gets the same one as a
 * number that is out of range.
 */
function chosen({ answer }: HostResponse, { choices }: ChoicePrompt): number {
  switch (answer.kind) {
    case 'error':
      throw new PromptFailed(answer.error.message, () => answer.error);
    case 'nothing':
      throw failing('System.NullReferenceException', 'The answer holds nothing.');
    case 'other':
      throw failing('System.InvalidCastException', 'The answer is no number of a choice.');
    case 'number':
      if (answer.number >= 0 && answer.number < choices.length) return answer.number;
      throw failing('System.ArgumentOutOfRangeException', `There is no choice ${answer.number}.`);
  }
}

/** The error of a question to a client without a host. */
export function noHost(question: string): PromptFailed {
  return failing(
    'HostFunctionNotImplemented',
    'A command that prompts the user failed because the host program or the command type does not support user ' +
      `interaction. The host was attempting to request confirmation with the following message: ${question}`,
    'NotImplemented',
  );
}

export const NO_HOST: ClientHost = {
  promptForChoice: async ({ message }) => {
    throw noHost(message);
  },
  writeLine: async () => undefined,
  leaveSession: async () => undefined,
};
