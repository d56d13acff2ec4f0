import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

/** What a stand-in answers with JSON, by `METHOD /path`; it is given the request's body. */
export type Answers = Record<string, (body: string) => object>;

export type StandIn = {
  url: string;
  /** What was asked of it, each as `METHOD /path`. */
  asked: string[];
};

/** A service of a few lines, to try what the bot does without the rest: 404 to everything but `answers`. */
export async function standIn(
  answers: Answers,
  unknown: { status: number; body: object } = NOT_FOUND,
): Promise<StandIn> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const what = `${request.method} ${request.url}`;
    asked.push(what);
    const answer = answers[what]?.(await text(request));
    response.writeHead(answer ? 200 : unknown.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? unknown.body));
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${portOf(server.address())}`, asked };
}

const NOT_FOUND = { status: 404, body: {} };

/** The port in what a server, or a log line, gives as its address. */
export function portOf(address: unknown): number {
  return z.object({ port: z.number() }).parse(address).port;
}
