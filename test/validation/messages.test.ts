import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import t from 'tap';
import { failureText } from '../../src/validation/messages.ts';

const ajv = addFormats.default(new Ajv2020({ verbose: true, allErrors: true }));

/** The type and message for an invalid value. */
function failure(schema: object, value: unknown, fromText = false) {
  const validate = ajv.compile(schema);
  validate(value);
  const [error] = validate.errors ?? [];
  if (!error) throw new Error('The value is valid');
  const { type, msg } = failureText(error, fromText);
  return `${type}: ${msg}`;
}

t.test('failures have FastAPI’s names and messages', async (t) => {
  const integer = { type: 'integer' };
  const boolean = { type: 'boolean' };
  for (const [schema, value, expected, fromText] of [
    [{ type: 'object', required: ['a'] }, {}, 'missing: Field required'],
    [
      { type: 'object', additionalProperties: false },
      { a: 1 },
      'extra_forbidden: Extra inputs are not permitted',
    ],
    [{ type: 'string', minLength: 1 }, '', 'string_too_short: String should have at least 1 character'],
    [{ type: 'string', minLength: 2 }, '', 'string_too_short: String should have at least 2 characters'],
    [{ type: 'string', maxLength: 1 }, 'ab', 'string_too_long: String should have at most 1 character'],
    [{ type: 'string', pattern: '^a$' }, 'b', "string_pattern_mismatch: String should match pattern '^a$'"],
    [{ type: 'string' }, 1, 'string_type: Input should be a valid string'],
    [integer, '1', 'int_type: Input should be a valid integer'],
    [integer, 1.5, 'int_from_float: Input should be a valid integer, got a number with a fractional part'],
    [integer, Number.POSITIVE_INFINITY, 'finite_number: Input should be a finite number'],
    [
      integer,
      'a',
      'int_parsing: Input should be a valid integer, unable to parse string as an integer',
      true,
    ],
    [integer, ['1'], 'int_type: Input should be a valid integer', true],
    [{ type: 'number' }, '1', 'float_type: Input should be a valid number'],
    [{ type: 'number' }, Number.NEGATIVE_INFINITY, 'finite_number: Input should be a finite number'],
    [
      { type: 'number' },
      'x',
      'float_parsing: Input should be a valid number, unable to parse string as a number',
      true,
    ],
    [{ type: 'string', format: 'date' }, '2026-02-30', 'date_parsing: Input should be a valid date'],
    [{ type: 'string', format: 'date-time' }, 'x', 'datetime_parsing: Input should be a valid datetime'],
    [{ type: 'string', format: 'uuid' }, 'x', 'uuid_parsing: Input should be a valid UUID'],
    [{ type: 'string', format: 'ipv4' }, 'x', 'value_error: Value error, format ipv4 is not satisfied'],
    [boolean, 'true', 'bool_type: Input should be a valid boolean'],
    [boolean, 'x', 'bool_parsing: Input should be a valid boolean, unable to interpret input', true],
    [{ type: 'array' }, 1, 'array_type: Input should be a valid array'],
    [
      { type: 'object' },
      [],
      'model_attributes_type: Input should be a valid dictionary or object to extract fields from',
    ],
    [{ type: 'integer', minimum: 1 }, 0, 'greater_than_equal: Input should be greater than or equal to 1'],
    [{ type: 'integer', maximum: 9 }, 10, 'less_than_equal: Input should be less than or equal to 9'],
    [{ type: 'string', enum: ['a'] }, 'b', "enum: Input should be 'a'"],
    [{ type: 'string', enum: ['a', 'b', 'c'] }, 'd', "enum: Input should be 'a', 'b' or 'c'"],
    [{ type: 'array', maxItems: 1 }, [1, 2], 'value_error: Value error, maxItems is not satisfied'],
  ] as [object, unknown, string, boolean?][]) {
    t.equal(failure(schema, value, fromText), expected);
  }
});
