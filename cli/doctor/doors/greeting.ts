import type { Duplex } from 'node:stream';
import type { Sight } from './sight';

/** Other lines may come before the version, with 255 bytes each at most (RFC 4253, section 4.2). */
const GREETING_BYTES = 4_096;

/** The greeting of an SSH server, which comes before the client has sent anything. */
export async function greeting(connection: Duplex, signal: AbortSignal): Promise<Sight> {
  let text = '';
  const abort = (): void => void connection.destroy(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    for await (const chunk of connection as AsyncIterable<Buffer>) {
      text += chunk.toString('latin1');
      const [, software] = /^SSH-[\d.]+-([^\r\n]*)\r?\n/m.exec(text) ?? [];
      if (software !== undefined) return { kind: 'ssh', software };
      if (text.length > GREETING_BYTES) break;
    }
  } finally {
    signal.removeEventListener('abort', abort);
  }
  return text === ''
    ? { kind: 'cut', why: 'it sent no greeting' }
    : { kind: 'stranger', why: `it sent '${text.slice(0, 80)}'` };
}
