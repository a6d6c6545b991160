import { once } from 'node:events';
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sendBytes, sendFile } from './ranges.js';

const TYPE = 'video/mp4';
const CONTENT = Buffer.from('0123456789');
let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ranges-'));
  path = join(folder, 'clip.mp4');
  await writeFile(path, CONTENT);
  await writeFile(join(folder, 'empty'), '');
});
afterAll(() => rm(folder, { recursive: true }));

function request(headers: Record<string, string> = {}, method = 'GET'): Request {
  return new Request('http://localhost/clip', { headers, method });
}

const senders = {
  'a file': (asked: Request) => sendFile(asked, { path, type: TYPE }),
  bytes: async (asked: Request) => sendBytes(asked, { bytes: CONTENT, type: TYPE }),
};

describe.each(Object.entries(senders))('%s', (_what, send) => {
  it.each([
    [undefined, 200, '0123456789', null],
    ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=7-99', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=-0', 416, '', 'bytes */10'],
    ['bytes=999999999999999-', 416, '', 'bytes */10'],
    ['bytes=4-2', 200, '0123456789', null],
    ['bytes=0-1,3-4', 200, '0123456789', null],
    ['bytes=-', 200, '0123456789', null],
    ['lines=0-1', 200, '0123456789', null],
    ['bytes=9999999999999999999999-', 200, '0123456789', null],
  ])('Range %j is %i %j', async (range, status, body, contentRange) => {
    const response = await send(request(range === undefined ? {} : { range }));
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(body);
    expect(response.headers.get('content-range')).toBe(contentRange);
    expect(response.headers.get('accept-ranges')).toBe('bytes');
    if (status === 416) return;
    expect(response.headers.get('content-type')).toBe(TYPE);
    expect(response.headers.get('content-length')).toBe(String(body.length));
  });

  it('is not sent again to whom has it, and whole to whom has parts of another', async () => {
    const etag = (await send(request())).headers.get('etag')!;
    for (const tags of [etag, `"x", W/${etag}`, '*'])
      expect((await send(request({ 'if-none-match': tags }))).status).toBe(304);
    expect((await send(request({ 'if-none-match': '"x"' }))).status).toBe(200);
    expect((await send(request({ range: 'bytes=1-', 'if-range': etag }))).status).toBe(206);
    expect((await send(request({ range: 'bytes=1-', 'if-range': '"x"' }))).status).toBe(200);
  });

  it('can be asked for its size', async () => {
    const response = await send(request({}, 'HEAD'));
    expect(response.headers.get('content-length')).toBe('10');
    expect(response.body).toBe(null);
  });
});

describe('files', () => {
  it('that are missing, no files or empty', async () => {
    expect((await sendFile(request(), { path: join(folder, 'none'), type: TYPE })).status).toBe(404);
    expect((await sendFile(request(), { path: folder, type: TYPE })).status).toBe(404);
    const empty = { path: join(folder, 'empty'), type: TYPE };
    expect((await sendFile(request(), empty)).headers.get('content-length')).toBe('0');
    expect((await sendFile(request({ range: 'bytes=0-' }), empty)).status).toBe(416);
  });

  it('are closed when the client goes away in the middle', async () => {
    const large = join(folder, 'large');
    await writeFile(large, Buffer.alloc(32 * 1024 * 1024));
    const server = createAdaptorServer({ fetch: (asked) => sendFile(asked, { path: large, type: TYPE }) });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const openFiles = async () => {
      const numbers = await readdir('/proc/self/fd');
      const paths = await Promise.all(
        numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => '')),
      );
      return paths.filter((path) => path === large).length;
    };
    const sockets = Array.from({ length: 5 }, () =>
      connect((server.address() as AddressInfo).port, '127.0.0.1'),
    );
    for (const socket of sockets) {
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await once(socket, 'data');
      socket.pause();
    }
    expect(await openFiles()).toBe(5);
    for (const socket of sockets) socket.destroy();
    await vi.waitFor(async () => expect(await openFiles()).toBe(0), { timeout: 20_000 });
    server.close();
  });
});
