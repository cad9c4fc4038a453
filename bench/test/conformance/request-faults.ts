import { type Body, type Fault, isWrite, parsed, withBody } from './fault.ts';

const mapValues = (body: Body, change: (value: unknown) => unknown): Body =>
  Object.fromEntries(Object.entries(body).map(([name, value]) => [name, change(value)]));
const mapTexts = (body: Body, change: (text: string) => string): Body =>
  mapValues(body, (value) => (typeof value === 'string' ? change(value) : value));

const known = new Set(['song', 'artist', 'year', 'title', 'description', 'done']);

/** Violations of the contract in the handling of requests. */
export const requestFaults: Fault[] = [
  {
    name: 'a body that is converted',
    behaviour: () => (exchange) =>
      withBody(exchange, (body) =>
        mapValues(body, (value) => (typeof value === 'number' ? String(value) : value)),
      ),
    caughtBy: 'POST /tasks returns 422 and adds no row: title is a number',
  },
  {
    name: 'a null that becomes an empty text',
    behaviour: () => (exchange) =>
      withBody(exchange, (body) =>
        'description' in body ? { ...body, description: body.description ?? '' } : body,
      ),
    caughtBy: 'PUT /tasks/{id} returns 422 and changes nothing: description is null',
  },
  {
    name: 'an unknown member that is ignored',
    behaviour: () => (exchange) =>
      withBody(exchange, (body) =>
        Object.fromEntries(Object.entries(body).filter(([name]) => known.has(name))),
      ),
    caughtBy: 'POST /songs returns 422 and adds no row: an unknown member: extra',
  },
  {
    name: 'a rejected request that creates its row',
    behaviour: () => async (exchange) => {
      const reply = await withBody(exchange, ({ extra: _, ...body }) => body);
      if (!exchange.asked.body.includes('"extra"')) return reply;
      return exchange.forward();
    },
    caughtBy: 'POST /songs returns 422 and adds no row: an unknown member: extra',
  },
  {
    name: 'a stray row without a token',
    behaviour:
      () =>
      async ({ asked, forward, query }) => {
        if (asked.body === '7') await query("INSERT INTO tasks (title) VALUES ('7')");
        return forward();
      },
    caughtBy: 'no rejected request created a row',
  },
  {
    name: 'text that is trimmed',
    behaviour: () => (exchange) => withBody(exchange, (body) => mapTexts(body, (text) => text.trim())),
    caughtBy: 'POST /songs stores text unchanged: spaces at both ends and inside',
  },
  {
    name: 'text that is normalised',
    behaviour: () => (exchange) => withBody(exchange, (body) => mapTexts(body, (text) => text.normalize())),
    caughtBy: 'POST /tasks stores text unchanged: combining characters, decomposed',
  },
  {
    name: 'lengths in units of UTF-16',
    behaviour: () => async (exchange) =>
      isWrite(exchange) && String(parsed(exchange.asked.body)?.title ?? '').length > 200
        ? exchange.forward({ body: '{}' })
        : exchange.forward(),
    caughtBy: 'POST /tasks accepts texts of 200 and 2000 astral characters',
  },
  {
    name: 'a media type that is ignored',
    behaviour:
      () =>
      ({ asked, forward }) =>
        forward({ headers: { ...asked.headers, 'content-type': 'application/json' } }),
    caughtBy: 'POST returns 415 for text/plain, even with JSON',
  },
  {
    name: 'invalid JSON that is treated as an empty object',
    behaviour: () => (exchange) => {
      const { body } = exchange.asked;
      return exchange.forward(isWrite(exchange) && !parsed(body) ? { body: '{}' } : {});
    },
    caughtBy: 'POST /tasks returns 400 for invalid JSON: cut off',
  },
];
