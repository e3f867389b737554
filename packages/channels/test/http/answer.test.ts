import { describe, expect, test } from 'vitest';
import { post } from '../../src/http/post.ts';
import { request } from './requests.ts';
import { serve, serveRaw } from './servers.ts';

test('an answer that comes a byte at a time is waited for', async () => {
  const bytes = [...'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'];
  const origin = await serveRaw((socket) => {
    const next = (): void => {
      const byte = bytes.shift();
      if (byte !== undefined) socket.write(byte, () => setTimeout(next, 2));
    };
    socket.once('data', next);
  });
  expect(await post(request(origin))).toMatchObject({ status: 200, text: 'ok', isComplete: true });
});

describe('the body of an answer', () => {
  test('without an end is read as far as its bound, and the status counts', async () => {
    let closed: (() => void) | undefined;
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const origin = await serve((_, response) => {
      response.on('close', () => closed?.());
      response.writeHead(200);
      const more = (): void => {
        while (response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    });
    const answer = await post(request(origin));
    expect(answer).toMatchObject({ status: 200, isComplete: false });
    expect(answer.text.length).toBe(65_536);
    await isClosed;
  });

  test('that never ends though nothing comes is let go, and the status counts', async () => {
    const origin = await serve((_, response) => void response.writeHead(200).write('half of '));
    expect(await post(request(origin))).toMatchObject({ status: 200, text: 'half of ', isComplete: false });
  });

  test('is let go with the signal, and the status counts', async () => {
    const controller = new AbortController();
    const origin = await serve((_, response) => {
      response.writeHead(200).write('half of ');
      setTimeout(() => controller.abort(), 100);
    });
    expect(await post(request(origin, { signal: controller.signal }))).toMatchObject({ isComplete: false });
  });

  test('that is cut off leaves the status to count', async () => {
    const origin = await serveRaw((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'));
    });
    expect(await post(request(origin))).toMatchObject({ status: 200, text: 'half', isComplete: false });
  });

  test('that needs more room can have it', async () => {
    const origin = await serve((_, response) => response.end('x'.repeat(200_000)));
    const answer = await post(request(origin, { maxAnswerBytes: 1_000_000 }));
    expect(answer).toMatchObject({ isComplete: true });
    expect(answer.text.length).toBe(200_000);
  });
});
