import { TypedList, type ClixmlInput, type ClixmlObject } from '../clixml/serialize';
import { enumeration, propertySet } from '../enumeration';
import { writeErrorRecord } from '../error-record';
import { hostMethod, POP_RUNSPACE, PROMPT_FOR_CHOICE, WRITE_LINE } from '../host-method';
import type { MessageType } from '../messages';
import type { ChoicePrompt, Emission } from './command-host';

/** PSInvocationState (MS-PSRP 2.2.3.5). */
const STOPPED = 3;
const COMPLETED = 4;
const FAILED = 5;

export interface Content {
  readonly type: MessageType;
  readonly value: ClixmlInput;
}

/** The message of an emission. */
export function contentOf(emission: Emission): Content {
  switch (emission.kind) {
    case 'output':
      return { type: 'PIPELINE_OUTPUT', value: emission.value };
    case 'error':
      return { type: 'ERROR_RECORD', value: writeErrorRecord(emission.error) };
    case 'warning':
      return { type: 'WARNING_RECORD', value: informational('WarningRecord', emission.message) };
    case 'verbose':
      return { type: 'VERBOSE_RECORD', value: informational('VerboseRecord', emission.message) };
    case 'progress':
      return { type: 'PROGRESS_RECORD', value: progress(emission.activity, emission.percent) };
    case 'failed':
      return {
        type: 'PIPELINE_STATE',
        value: propertySet({
          PipelineState: FAILED,
          ExceptionAsErrorRecord: writeErrorRecord(emission.error),
        }),
      };
  }
}

export const completed: Content = {
  type: 'PIPELINE_STATE',
  value: propertySet({ PipelineState: COMPLETED }),
};

export const stopped: Content = {
  type: 'PIPELINE_STATE',
  value: propertySet({
    PipelineState: STOPPED,
    ExceptionAsErrorRecord: writeErrorRecord({
      fullyQualifiedErrorId: 'PipelineStopped',
      message: 'The pipeline has been stopped.',
      category: 'OperationStopped',
    }),
  }),
};

const COLLECTION = ['System.Collections.ArrayList', 'System.Object'];

/** PIPELINE_HOST_CALL that asks for a choice (MS-PSRP 2.2.2.27, 2.2.3.17). */
export function choiceCall(call: bigint, { caption, message, choices, preset }: ChoicePrompt): Content {
  const described = choices.map(({ label, help }) => propertySet({ label, helpMessage: help }));
  const parameters = [caption, message, new TypedList(COLLECTION, described), preset];
  return hostCall(call, hostMethod('PromptForChoice', PROMPT_FOR_CHOICE), parameters);
}

/** The id of every call that has no answer. */
const VOID_CALL = -100n;

/** PIPELINE_HOST_CALL that shows a line of text. */
export function lineCall(text: string): Content {
  return hostCall(VOID_CALL, hostMethod('WriteLine2', WRITE_LINE), [text]);
}

/** PIPELINE_HOST_CALL that leaves a session. */
export function leaveCall(): Content {
  return hostCall(VOID_CALL, hostMethod('PopRunspace', POP_RUNSPACE), []);
}

function hostCall(call: bigint, method: ClixmlObject, parameters: readonly ClixmlInput[]): Content {
  return {
    type: 'PIPELINE_HOST_CALL',
    value: propertySet({ ci: call, mi: method, mp: new TypedList(COLLECTION, parameters) }),
  };
}

function informational(type: string, message: string): ClixmlObject {
  return {
    typeNames: [
      `System.Management.Automation.${type}`,
      'System.Management.Automation.InformationalRecord',
      'System.Object',
    ],
    text: message,
    properties: {
      InformationalRecord_Message: message,
      InformationalRecord_SerializeInvocationInfo: false,
    },
  };
}

function progress(activity: string, percent: number): ClixmlObject {
  const type = 'System.Management.Automation.ProgressRecordType';
  return propertySet({
    Activity: activity,
    ActivityId: 0,
    StatusDescription: ' ',
    CurrentOperation: null,
    ParentActivityId: -1,
    PercentComplete: percent,
    Type: percent >= 100 ? enumeration(type, 'Completed', 1) : enumeration(type, 'Processing', 0),
    SecondsRemaining: -1,
  });
}
