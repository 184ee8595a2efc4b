import { Engine } from '../../plugin/engine/engine';
import type { Memo } from '../../plugin/engine/memo';
import type { Session } from '../../powershell/session';
import { exchangeProvider } from '../../provider/definition';
import { withEveryAttribute, type Diagnostic, type Values } from '../../schema';

const CERTIFICATE = 'exchange_certificate';

/** A run of the provider, a plan or an apply, that deals with certificates of servers. */
export async function certificateRun(session: Session, config: Values) {
  const engine = new Engine(
    exchangeProvider({ EXCHANGE_ENDPOINT: 'process:' }, { open: async () => session }),
  );
  const configured = await engine.configure(config, '1.11.4');
  const said: Diagnostic[] = [];
  const note = <Result extends { readonly diagnostics?: readonly Diagnostic[] }>(result: Result): Result => {
    said.push(...(result.diagnostics ?? []));
    return result;
  };
  const whole = (values: Values | null) =>
    values && withEveryAttribute(engine.resourceSchema(CERTIFICATE), values);
  return {
    /** What the configuration came to. */
    configured,
    /** What all else has said so far. */
    said,
    plan: async (prior: Values | null, values: Values | null) =>
      note(await engine.plan(CERTIFICATE, { prior, config: whole(values), memo: {} })),
    read: async (state: Values) => note(await engine.read(CERTIFICATE, whole(state)!)).state,
    apply: async (
      prior: Values | null,
      { planned, memo }: { readonly planned: Values | null; readonly memo: Memo },
      values: Values | null,
    ) => note(await engine.apply(CERTIFICATE, { prior, planned, memo, config: whole(values) })),
  };
}
