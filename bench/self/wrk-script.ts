import type { Requests } from './requests.ts';

/**
 * The Lua script with which wrk sends the requests. One whose requests are all the same leaves it to wrk to make
 * them once.
 *
 * @param seed Of the random numbers; the same seed gives the same numbers.
 */
export function wrkScript({ method, path, body, numbers }: Requests, seed: number): string {
  const setUp = [
    `wrk.method = ${lua(method)}`,
    ...(body === undefined ? [] : ['wrk.headers["Content-Type"] = "application/json"']),
  ];
  if (!numbers) return lines([...setUp, ...(body === undefined ? [] : [`wrk.body = ${lua(body)}`])]);
  const next =
    'random' in numbers
      ? ['local function next_number()', `  return math.random(${numbers.random.from}, ${numbers.random.to})`]
      : [
          `local number = ${numbers.countFrom}`,
          'local function next_number()',
          '  number = number + 1',
          '  return number',
        ];
  return lines([
    ...setUp,
    `math.randomseed(${seed})`,
    ...next,
    'end',
    'request = function()',
    '  local n = next_number()',
    `  return wrk.format(nil, ${withNumber(path)}, nil, ${body === undefined ? 'nil' : withNumber(body)})`,
    'end',
  ]);
}

const lines = (script: readonly string[]) => `${script.join('\n')}\n`;

/** Text as a Lua literal; the quoting of JSON means the same in Lua for all that the scenarios hold. */
const lua = (text: string) => JSON.stringify(text);

/** An expression that puts the number `n` in its places; not as a float, which wrk's Lua would round. */
const withNumber = (template: string) =>
  template.split('{n}').map(lua).join(' .. string.format("%d", n) .. ');
