import type { ExpectedQuestion } from '../../powershell/invocation';
import { choiceFor } from '../../remoting/client/choice';
import type { HostCall } from '../../remoting/client/host-call';
import type { HostValue } from '../../remoting/server/command-host';

const QUESTION = { text: 'Overwrite the existing default SMTP certificate?', names: 'C5DD5B' };

const TWO = ['&Yes', '&No'];
const FOUR = ['&Yes', 'Yes to &All', '&No', 'No to A&ll'];

interface Asked {
  readonly method?: number;
  readonly caption?: HostValue;
  readonly message?: HostValue;
  readonly labels?: readonly HostValue[];
  readonly preset?: HostValue;
}

function asking({
  method = 26,
  caption = 'Confirm',
  message = `${QUESTION.text}\r\nReplace it with certificate: 'c5dd5b' (expires 1/5/2028)`,
  labels = FOUR,
  preset = 0,
}: Asked): HostCall {
  const choices = labels.map((label) => ({ typeNames: [], properties: { label, helpMessage: '' } }));
  return {
    id: 1n,
    method: { name: 'PromptForChoice', number: method },
    parameters: [caption, message, choices, preset],
  };
}

const chosen = (asked: Asked, answer: ExpectedQuestion['answer'] = 'no') =>
  choiceFor({ ...QUESTION, answer }, asking(asked));

test.each<[string, Asked, number, number]>([
  ['two choices', { labels: TWO }, 0, 1],
  ['four choices, whose second is "Yes to All"', {}, 0, 2],
  ['four choices with another preset', { preset: 2 }, 0, 2],
  ['no caption', { caption: '' }, 0, 2],
  ['two German choices', { labels: ['&Ja', '&Nein'], message: 'Ersetzen? C5DD5B' }, 0, 1],
  ['four Spanish choices', { labels: ['&Sí', 'Sí a &todo', '&No', 'No a t&odo'] }, 0, 2],
  [
    'its names in another language',
    { message: 'どうしますか c5dd5b', labels: ['はい', 'すべて', 'いいえ', '全部いいえ'] },
    0,
    2,
  ],
  ['its English text alone', { message: 'overwrite the existing default SMTP certificate?' }, 0, 2],
])('answers a question with %s', (_, asked, yes, no) => {
  expect([chosen(asked, 'yes'), chosen(asked, 'no')]).toEqual([yes, no]);
});

test.each<[string, Asked]>([
  ['by another method', { method: 56 }],
  ['about something else', { message: 'Remove everything?' }],
  ['about the same thing, but another one', { message: 'C5DD5B was revoked. Use it all the same?' }],
  ['without a message', { message: null }],
  ['with no caption that is a text', { caption: 5 }],
  ['with no preset that is a number', { preset: '0' }],
  ['with three choices', { labels: ['&Yes', 'Yes to &All', '&Halt Command'] }],
  ['with one choice', { labels: ['&Yes'] }],
  ['with no choices', { labels: [] }],
  ['with five choices', { labels: [...FOUR, '&Suspend'] }],
  ['with English choices in another order', { labels: ['&No', '&Yes'] }],
  ['with four English choices in another order', { labels: ['&Yes', '&No', 'Yes to &All', 'No to A&ll'] }],
  ['with "No" at the first place of another language', { labels: ['&No', '&Sí'] }],
  ['with an English "Yes" and a choice that is not "No"', { labels: ['&Yes', '&Halt Command'] }],
  ['with a choice that has no label', { labels: ['&Yes', null] }],
])('answers none %s', (_, asked) => {
  expect([chosen(asked, 'yes'), chosen(asked, 'no')]).toEqual([undefined, undefined]);
});

test('answers none with more to it than a choice', () => {
  const call = asking({});
  const more = { ...call, parameters: [...call.parameters, 1] };
  expect(choiceFor({ ...QUESTION, answer: 'no' }, more)).toBeUndefined();
});
