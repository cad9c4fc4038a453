import type { ErrorObject } from 'ajv';

/** The `type` and `msg` of a failure, as in FastAPI. */
export interface FailureText {
  type: string;
  msg: string;
}

const characters = (count: number) => `${count} character${count === 1 ? '' : 's'}`;

/**
 * Converts an Ajv error to the type and message of a failure.
 *
 * @param error An error of a validator with `verbose: true`.
 * @param fromText Whether the value was sent as text (path, query, header): then a wrong type means that the text
 *   could not be parsed.
 */
export function failureText({ keyword, params, data, schema }: ErrorObject, fromText: boolean): FailureText {
  switch (keyword) {
    case 'required':
      return { type: 'missing', msg: 'Field required' };
    case 'additionalProperties':
      return { type: 'extra_forbidden', msg: 'Extra inputs are not permitted' };
    case 'minLength':
      return { type: 'string_too_short', msg: `String should have at least ${characters(params.limit)}` };
    case 'maxLength':
      return { type: 'string_too_long', msg: `String should have at most ${characters(params.limit)}` };
    case 'pattern':
      return { type: 'string_pattern_mismatch', msg: `String should match pattern '${params.pattern}'` };
    case 'minimum':
      return { type: 'greater_than_equal', msg: `Input should be greater than or equal to ${params.limit}` };
    case 'maximum':
      return { type: 'less_than_equal', msg: `Input should be less than or equal to ${params.limit}` };
    case 'enum':
      return { type: 'enum', msg: `Input should be ${alternatives(params.allowedValues)}` };
    case 'format':
      return wrongFormat(String(params.format));
    case 'type':
      return wrongType(String(schema), data, fromText && typeof data === 'string');
    default:
      return { type: 'value_error', msg: `Value error, ${keyword} is not satisfied` };
  }
}

function wrongType(type: string, data: unknown, unparsed: boolean): FailureText {
  switch (type) {
    case 'string':
      return { type: 'string_type', msg: 'Input should be a valid string' };
    case 'integer':
      if (unparsed) {
        return {
          type: 'int_parsing',
          msg: 'Input should be a valid integer, unable to parse string as an integer',
        };
      }
      if (isInfinite(data)) return INFINITE;
      return typeof data === 'number'
        ? {
            type: 'int_from_float',
            msg: 'Input should be a valid integer, got a number with a fractional part',
          }
        : { type: 'int_type', msg: 'Input should be a valid integer' };
    case 'number':
      if (unparsed) {
        return {
          type: 'float_parsing',
          msg: 'Input should be a valid number, unable to parse string as a number',
        };
      }
      return isInfinite(data) ? INFINITE : { type: 'float_type', msg: 'Input should be a valid number' };
    case 'boolean':
      return unparsed
        ? { type: 'bool_parsing', msg: 'Input should be a valid boolean, unable to interpret input' }
        : { type: 'bool_type', msg: 'Input should be a valid boolean' };
    case 'object':
      return {
        type: 'model_attributes_type',
        msg: 'Input should be a valid dictionary or object to extract fields from',
      };
    default:
      return { type: `${type}_type`, msg: `Input should be a valid ${type}` };
  }
}

const isInfinite = (data: unknown) => data === Number.POSITIVE_INFINITY || data === Number.NEGATIVE_INFINITY;
const INFINITE: FailureText = { type: 'finite_number', msg: 'Input should be a finite number' };

const formats: Readonly<Record<string, FailureText>> = {
  date: { type: 'date_parsing', msg: 'Input should be a valid date' },
  'date-time': { type: 'datetime_parsing', msg: 'Input should be a valid datetime' },
  uuid: { type: 'uuid_parsing', msg: 'Input should be a valid UUID' },
};

const wrongFormat = (format: string): FailureText =>
  formats[format] ?? { type: 'value_error', msg: `Value error, format ${format} is not satisfied` };

function alternatives(values: readonly unknown[]): string {
  const quoted = values.map((value) => `'${value}'`);
  const last = quoted.pop();
  return quoted.length === 0 ? `${last}` : `${quoted.join(', ')} or ${last}`;
}
