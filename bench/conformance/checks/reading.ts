import type { Check } from '../check.ts';
import { limitOf } from '../contract.ts';
import { expectError } from '../expectations.ts';

/** Ids that are not positive 32-bit integers. */
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

/** Checks of reads that songs and tasks share: missing rows, and invalid parameters. */
export function readingChecks(table: 'songs' | 'tasks'): Check[] {
  const { minimum, maximum } = limitOf(`/${table}`);
  const badLimits = [minimum - 1, maximum + 1, -1, 'abc', '1.5', '99999999999999999999'];
  return [
    {
      name: `GET /${table}/{id} returns 404 if there is no row`,
      run: async ({ send, tables }) => {
        expectError(await send('GET', `/${table}/${await tables.formerId(table)}`), 404);
        expectError(await send('GET', `/${table}/2147483647`), 404);
      },
    },
    ...badIds.map(
      (id): Check => ({
        name: `GET /${table}/{id} returns 422 for the id ${decodeURIComponent(id)}`,
        run: async ({ send }) => expectError(await send('GET', `/${table}/${id}`), 422),
      }),
    ),
    ...badLimits.map(
      (limit): Check => ({
        name: `GET /${table} returns 422 for limit=${limit}`,
        run: async ({ send }) => expectError(await send('GET', `/${table}?limit=${limit}`), 422),
      }),
    ),
  ];
}
