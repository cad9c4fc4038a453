import type { Requests, Share } from './requests.ts';

/**
 * The Lua script for wrk. If all requests are equal, wrk builds them once.
 *
 * @param seed The seed of the random numbers.
 */
export function wrkScript(requests: Requests | readonly Share[], seed: number): string {
  if (!('path' in requests)) return mixedScript(requests, seed);
  const { method, path, body, numbers, headers = {} } = requests;
  const setUp = [
    `wrk.method = ${lua(method)}`,
    ...(body === undefined ? [] : ['wrk.headers["Content-Type"] = "application/json"']),
    ...(numbers ? [] : headerLines(headers)),
  ];
  if (!numbers) return lines([...setUp, ...(body === undefined ? [] : [`wrk.body = ${lua(body)}`])]);
  return lines([
    ...setUp,
    `math.randomseed(${seed})`,
    ...nextNumber(numbers, 'next_number'),
    'request = function()',
    '  local n = next_number()',
    ...headerLines(headers).map((line) => `  ${line}`),
    `  return wrk.format(nil, ${withNumber(path)}, nil, ${body === undefined ? 'nil' : withNumber(body)})`,
    'end',
  ]);
}

/** Chooses the kind of each request at random, by its share. */
function mixedScript(shares: readonly Share[], seed: number): string {
  const kinds = shares.flatMap(({ requests: { method, path, body, numbers } }, index) => [
    ...(numbers ? nextNumber(numbers, `next_number_${index}`) : []),
    `local function request_${index}()`,
    `  local n = ${numbers ? `next_number_${index}()` : '0'}`,
    `  return wrk.format(${lua(method)}, ${withNumber(path)}, ${body === undefined ? 'plain, nil' : `json, ${withNumber(body)}`})`,
    'end',
  ]);
  const choices = shares.map(({ percent }, index) => {
    const below = shares.slice(0, index).reduce((sum, share) => sum + share.percent, percent);
    return `  if draw < ${below} then return request_${index}() end`;
  });
  return lines([
    `math.randomseed(${seed})`,
    'local plain = {}',
    'local json = { ["Content-Type"] = "application/json" }',
    ...kinds,
    'request = function()',
    '  local draw = math.random() * 100',
    ...choices,
    `  return request_${shares.length - 1}()`,
    'end',
  ]);
}

function nextNumber(numbers: NonNullable<Requests['numbers']>, name: string): string[] {
  return 'random' in numbers
    ? [
        `local function ${name}()`,
        `  return math.random(${numbers.random.from}, ${numbers.random.to})`,
        'end',
      ]
    : [
        `local ${name}_last = ${numbers.countFrom}`,
        `local function ${name}()`,
        `  ${name}_last = ${name}_last + 1`,
        `  return ${name}_last`,
        'end',
      ];
}

const headerLines = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers).map(([name, value]) => `wrk.headers[${lua(name)}] = ${withNumber(value)}`);

const lines = (script: readonly string[]) => `${script.join('\n')}\n`;

/** Text as a Lua literal; for the texts of the scenarios, the quoting of JSON is valid in Lua. */
const lua = (text: string) => JSON.stringify(text);

/** An expression that inserts the number `n`; not as a float, which wrk's Lua would round. */
const withNumber = (template: string) =>
  template.split('{n}').map(lua).join(' .. string.format("%d", n) .. ');
