import type { Check } from '../check.ts';
import { limitOf } from '../contract.ts';
import { expectError } from '../expectations.ts';

/** Ids that are no positive 32-bit integers. */
const badIds = [
  'abc',
  '1.5',
  '1abc',
  '-1',
  '0',
  '2147483648',
  '99999999999999999999',
  '%20',
  "1'%20OR%20'1'='1",
];

/** What reading songs and tasks has in common: what is not there, and what cannot be asked for. */
export function readingChecks(table: 'songs' | 'tasks'): Check[] {
  const { minimum, maximum } = limitOf(`/${table}`);
  const badLimits = [minimum - 1, maximum + 1, -1, 'abc', '1.5', '99999999999999999999'];
  return [
    {
      name: `GET /${table}/{id} answers 404 where there is no row`,
      run: async ({ send, tables }) => {
        expectError(await send('GET', `/${table}/${await tables.formerId(table)}`), 404);
        expectError(await send('GET', `/${table}/2147483647`), 404);
      },
    },
    ...badIds.map(
      (id): Check => ({
        name: `GET /${table}/{id} answers 422 to the id ${decodeURIComponent(id)}`,
        run: async ({ send }) => expectError(await send('GET', `/${table}/${id}`), 422),
      }),
    ),
    ...badLimits.map(
      (limit): Check => ({
        name: `GET /${table} answers 422 to limit=${limit}`,
        run: async ({ send }) => expectError(await send('GET', `/${table}?limit=${limit}`), 422),
      }),
    ),
  ];
}
