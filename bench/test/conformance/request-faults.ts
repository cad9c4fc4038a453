import { type Body, type Fault, isWrite, parsed, withBody } from './fault.ts';

const mapValues = (body: Body, change: (value: unknown) => unknown): Body =>
  Object.fromEntries(Object.entries(body).map(([name, value]) => [name, change(value)]));
const mapTexts = (body: Body, change: (text: string) => string): Body =>
  mapValues(body, (value) => (typeof value === 'string' ? change(value) : value));

const known = new Set(['song', 'artist', 'year', 'title', 'description', 'done']);

/** What services make of requests, other than the contract has it. */
export const requestFaults: Fault[] = [
  {
    name: 'a body that is converted',
    behaviour: () => (exchange) =>
      withBody(exchange, (body) =>
        mapValues(body, (value) => (typeof value === 'number' ? String(value) : value)),
      ),
    caughtBy: 'POST /tasks answers 422 and adds no row: title is a number',
  },
  {
    name: 'a null that becomes an empty text',
    behaviour: () => (exchange) =>
      withBody(exchange, (body) =>
        'description' in body ? { ...body, description: body.description ?? '' } : body,
      ),
    caughtBy: 'PUT /tasks/{id} answers 422 and changes nothing: description is null',
  },
  {
    name: 'an unknown member that is swallowed',
    behaviour: () => (exchange) =>
      withBody(exchange, (body) =>
        Object.fromEntries(Object.entries(body).filter(([name]) => known.has(name))),
      ),
    caughtBy: 'POST /songs answers 422 and adds no row: an unknown member: extra',
  },
  {
    name: 'a refused request whose row is there all the same',
    behaviour: () => async (exchange) => {
      const reply = await withBody(exchange, ({ extra: _, ...body }) => body);
      if (!exchange.asked.body.includes('"extra"')) return reply;
      return exchange.forward();
    },
    caughtBy: 'POST /songs answers 422 and adds no row: an unknown member: extra',
  },
  {
    name: 'a stray row of a request without anything to find it by',
    behaviour:
      () =>
      async ({ asked, forward, query }) => {
        if (asked.body === '7') await query("INSERT INTO tasks (title) VALUES ('7')");
        return forward();
      },
    caughtBy: 'no refused request has left a row behind',
  },
  {
    name: 'text that is trimmed',
    behaviour: () => (exchange) => withBody(exchange, (body) => mapTexts(body, (text) => text.trim())),
    caughtBy: 'POST /songs stores text as it was sent: blanks at both ends and within',
  },
  {
    name: 'text that is normalised',
    behaviour: () => (exchange) => withBody(exchange, (body) => mapTexts(body, (text) => text.normalize())),
    caughtBy: 'POST /tasks stores text as it was sent: combining characters, decomposed',
  },
  {
    name: 'lengths in units of UTF-16',
    behaviour: () => async (exchange) =>
      isWrite(exchange) && String(parsed(exchange.asked.body)?.title ?? '').length > 200
        ? exchange.forward({ body: '{}' })
        : exchange.forward(),
    caughtBy: 'POST /tasks takes texts of 200 and 2000 astral characters',
  },
  {
    name: 'a media type that is not looked at',
    behaviour:
      () =>
      ({ asked, forward }) =>
        forward({ headers: { ...asked.headers, 'content-type': 'application/json' } }),
    caughtBy: 'POST answers 415 to text/plain, though it be JSON',
  },
  {
    name: 'broken JSON that is taken for an empty object',
    behaviour: () => (exchange) => {
      const { body } = exchange.asked;
      return exchange.forward(isWrite(exchange) && !parsed(body) ? { body: '{}' } : {});
    },
    caughtBy: 'POST /tasks answers 400 to broken JSON: cut off',
  },
];
