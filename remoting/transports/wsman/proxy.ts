import { once } from 'node:events';
import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { RemotingError } from '../../remoting-error';

/** An HTTP proxy that opens tunnels (CONNECT). */
export interface Proxy {
  /** For example `http://proxy.contoso.com:8080`. A user and password in it are sent only to the proxy. */
  readonly url: string;
}

/**
 * The proxy for a host by the variables `HTTPS_PROXY` and `NO_PROXY`, in upper or lower case. `NO_PROXY` lists names,
 * separated by commas: `*` means every host, `contoso.com` and `.contoso.com` mean the domain with everything below it,
 * and `host:port` means this port only.
 */
export function proxyFor(
  host: string,
  port: number,
  environment: { readonly [name: string]: string | undefined },
): Proxy | undefined {
  const url = environment['HTTPS_PROXY'] || environment['https_proxy'];
  if (url === undefined || url === '') return undefined;
  const exceptions = (environment['NO_PROXY'] || environment['no_proxy'] || '').split(',');
  return exceptions.some((exception) => matches(exception.trim().toLowerCase(), host.toLowerCase(), port))
    ? undefined
    : { url };
}

function matches(exception: string, host: string, port: number): boolean {
  if (exception === '*') return true;
  const [, name = '', only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(exception) ?? [];
  if (name === '' || (only !== undefined && Number(only) !== port)) return false;
  return host === name || host.endsWith(`.${name}`);
}

/** A tunnel to `host:port` (RFC 9110, section 9.3.6). `signal` breaks off the attempt. */
export async function tunnel(
  proxy: Proxy,
  host: string,
  port: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Duplex> {
  const url = parseProxy(proxy.url);
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  const where = { host: url.hostname, port: Number(url.port) || 80, noEffect: true };
  const asking = request({
    method: 'CONNECT',
    host: where.host,
    port: where.port,
    path: target,
    agent: false,
    timeout: timeoutMs,
    signal,
    headers: {
      Host: target,
      ...(url.username === ''
        ? {}
        : { 'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }),
    },
  });
  asking.once('timeout', () => asking.destroy(new Error(`no answer after ${timeoutMs} ms`)));
  asking.end();
  let answer: readonly [{ readonly statusCode?: number }, Duplex, Buffer];
  try {
    answer = (await Promise.race([once(asking, 'connect'), ended(asking)])) as unknown as typeof answer;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const message = `the proxy ${where.host}:${where.port} opens no tunnel: ${(error as Error).message}`;
    throw new RemotingError('unreachable', message, where, { cause: error });
  }
  const [{ statusCode }, socket] = answer;
  // Node removes its own listener from a tunnel, and TLS adds one later. An error in between would end the process.
  socket.on('error', () => undefined);
  if (statusCode === 200) return socket;
  socket.destroy();
  throw new RemotingError('unreachable', `the proxy refuses ${target} with HTTP ${statusCode ?? 0}`, {
    ...where,
    ...(statusCode === undefined ? {} : { httpStatus: statusCode }),
  });
}

/** Rejects where the proxy answers CONNECT with a page in place of a tunnel. */
async function ended(asking: ReturnType<typeof request>): Promise<never> {
  const [answer] = (await once(asking, 'response')) as [{ readonly statusCode?: number }];
  asking.destroy();
  throw new Error(`it answered HTTP ${answer.statusCode ?? 0}`);
}

/** @throws RemotingError `usage` */
export function parseProxy(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' || url.hostname === '') {
    throw new RemotingError('usage', 'the proxy is not a URL that begins with http://');
  }
  return url;
}
