import type { Behaviour, Exchange, Reply } from './front.ts';

/** A fault of a service, and the check that must find it. */
export interface Fault {
  name: string;
  behaviour(): Behaviour;
  /** The check that must fail because of it. */
  caughtBy: string;
}

export type Body = Record<string, unknown>;

/** The members of a JSON object; undefined for anything else. */
export function parsed(text: string): Body | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

export const isWrite = ({ asked }: Exchange) => asked.method === 'POST' || asked.method === 'PUT';

/** Changes the request body, if it is a JSON object. */
export const withBody = (exchange: Exchange, change: (body: Body) => unknown): Promise<Reply> => {
  const body = isWrite(exchange) ? parsed(exchange.asked.body) : undefined;
  return exchange.forward(body ? { body: JSON.stringify(change(body)) } : {});
};

/** Changes the response. */
export const withResponse = (reply: Reply, change: (text: string) => string): Reply => ({
  ...reply,
  body: change(reply.body),
});
