import { setTimeout as sleep } from 'node:timers/promises';
import { SecureText } from '../../../powershell/invocation';
import type { PowerShellValue } from '../../../powershell/outcome';
import type {
  ClientHost,
  Command,
  CommandHost,
  Emission,
  HostValue,
  Pipeline,
} from '../../../remoting/server/command-host';
import { PromptFailed } from '../../../remoting/server/prompts';

/** A host with a handful of commands, each for one behaviour of the protocol. */
export const sampleHost: CommandHost = {
  powerShellVersion: '5.1.14393.0',
  async *run(pipeline: Pipeline, signal: AbortSignal, client: ClientHost): AsyncIterable<Emission> {
    for (const statement of pipeline.statements) {
      for (const command of statement) yield* runCommand(command, pipeline, signal, client);
    }
  },
};

/** PowerShell's choices where there may be more than one question. */
export const CHOICES = [
  { label: '&Yes', help: 'Continue with only the next step of the operation.' },
  { label: 'Yes to &All', help: 'Continue with all the steps of the operation.' },
  { label: '&No', help: 'Skip this operation and proceed with the next operation.' },
  { label: 'No to A&ll', help: 'Skip this operation and all subsequent operations.' },
];
/** What `Request-Choice` asks. */
export const QUESTION = 'Overwrite the thing A1?';

async function* runCommand(
  command: Command,
  pipeline: Pipeline,
  signal: AbortSignal,
  client: ClientHost,
): AsyncIterable<Emission> {
  const value = (name: string): HostValue =>
    command.args.find((argument) => argument.name === name)?.value ?? null;
  switch (command.name) {
    case 'Get-Echo':
      for (const { name, value } of command.args) {
        yield {
          kind: 'output',
          value: {
            typeNames: ['Sample.Echo', 'System.Object'],
            text: name ?? '',
            properties: { Name: name, Value: reveal(value), Secure: value instanceof SecureText },
          },
        };
      }
      return;
    case 'Get-Input':
      for (const item of pipeline.input ?? []) yield { kind: 'output', value: reveal(item) };
      return;
    case 'Get-Nothing':
      yield { kind: 'output', value: null };
      yield { kind: 'output', value: [null, 'between'] };
      yield { kind: 'output', value: { typeNames: ['Sample.Thing'], properties: { Name: null } } };
      yield { kind: 'output', value: null };
      return;
    case 'Get-Trouble':
      yield { kind: 'warning', message: 'mind the gap' };
      yield { kind: 'verbose', message: 'in detail' };
      yield { kind: 'progress', activity: 'working', percent: 50 };
      yield {
        kind: 'error',
        error: { fullyQualifiedErrorId: 'NotThere,Get-Trouble', message: 'no', category: 'ObjectNotFound' },
      };
      yield { kind: 'output', value: 'survived' };
      return;
    case 'Get-Failure':
      yield { kind: 'warning', message: 'before' };
      yield {
        kind: 'failed',
        error: {
          fullyQualifiedErrorId: 'Broken,Get-Failure',
          message: 'broken',
          category: 'InvalidArgument',
        },
      };
      return;
    case 'Get-Crash':
      throw new Error('the host crashed');
    case 'Request-Choice':
      yield { kind: 'output', value: 'before' };
      try {
        const prompt = { caption: 'Confirm', message: QUESTION, choices: CHOICES, preset: 0 };
        const chosen = await client.promptForChoice(prompt);
        yield { kind: 'warning', message: 'asked' };
        yield { kind: 'output', value: chosen };
      } catch (error) {
        if (!(error instanceof PromptFailed)) throw error;
        yield { kind: 'failed', error: error.record('Sample.RequestChoice') };
      }
      return;
    case 'Wait-Long':
      yield { kind: 'output', value: 'started' };
      await sleep(60_000, undefined, { signal });
      return;
    case 'Wait-Short':
      await sleep(Number(value('Milliseconds')), undefined, { signal });
      yield { kind: 'output', value: value('Tag') as PowerShellValue };
      return;
    case 'Get-Big':
      yield { kind: 'output', value: new Uint8Array(Number(value('Bytes'))).fill(7) };
      return;
    case 'Get-Many':
      for (let index = 0; index < Number(value('Count')); index++) yield { kind: 'output', value: index };
      return;
    default:
      yield {
        kind: 'failed',
        error: {
          fullyQualifiedErrorId: 'CommandNotFoundException',
          message: `${command.name} is not known`,
          category: 'ObjectNotFound',
        },
      };
  }
}

/** What came, with secure strings opened, so that a test can see that they arrived. */
export function reveal(value: HostValue): PowerShellValue {
  if (value instanceof SecureText) return value.reveal();
  return value as PowerShellValue;
}
