import type { Interruption } from '../../powershell/outcome';
import { lostCallProblem, type CallPurpose } from '../../provider/lost-call';

describe('a call whose end was not received', () => {
  const lost = (purpose: CallPurpose, interruption?: Interruption) =>
    lostCallProblem(purpose === 'read' ? 'Get-Thing' : 'Set-Thing', ' for EX1', purpose, {
      kind: 'unknown',
      message: 'what the session said',
      ...(interruption === undefined ? {} : { interruption }),
    });

  test('because it asked a question was not sent again, whether it reads or writes', () => {
    expect(lost('read', 'prompt')).toEqual({
      severity: 'error',
      summary: 'Get-Thing asked an unexpected question for EX1',
      detail:
        'what the session said\nThe cmdlet changes no setting, and was not sent again. Run it in the Exchange Management Shell to see what it asks.',
    });
    expect(lost('change', 'prompt').detail).toContain('so it was not sent a second time');
  });

  test('because it was stopped, by the run or by the server, tells what was said and what to do', () => {
    expect(lost('read', 'stopped')).toEqual({
      severity: 'error',
      summary: 'Get-Thing for EX1 was stopped',
      detail:
        'what the session said. Either the run was interrupted, or the server stopped the cmdlet.\nThe cmdlet changes no setting. Run this again.',
    });
    expect(lost('change', 'stopped').detail).toBe(
      'what the session said. Either the run was interrupted, or the server stopped the cmdlet.\nThe server may go on with the cmdlet for some minutes, so the change may still take effect. Wait some minutes, then plan again: the plan reads what the server has now and shows only what is left to do.',
    );
  });

  test('because the answer could not be understood is not said to be a lost connection', () => {
    expect(lost('read', 'protocol')).toEqual({
      severity: 'error',
      summary: 'The answer to Get-Thing for EX1 could not be understood',
      detail:
        'what the session said. Either something between this machine and the server changes its answers, or it is not PowerShell that answers there. The session was ended.\nThe cmdlet changes no setting. It was sent a second time, which failed as well.',
    });
    expect(lost('change', 'protocol').detail).toMatch(/\. The session was ended\.\nIt is not known whether/);
  });

  test('with a connection that was lost tells that a read was sent again', () => {
    expect(lost('read').detail).toContain('It was sent a second time, which failed as well.');
    expect(lost('read', 'too-large').detail).toBe('what the session said. The answer was not used.');
  });

  test.each([undefined, 'prompt', 'stopped', 'too-large', 'protocol'] as const)(
    'that is sent until it succeeds is not said to have been sent once: %s',
    (interruption) => {
      expect(lost('insisted', interruption).detail).toMatch(
        /^what the session said[^]*\nThe cmdlet was sent several times, and it is not known whether it took effect\.$/,
      );
    },
  );
});
