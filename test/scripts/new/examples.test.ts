import t from 'tap';
import { exampleOf, examplesOf } from '../../../scripts/new/examples.ts';
import { readField } from '../../../scripts/new/field.ts';
import { readRequest } from '../../../scripts/new/request.ts';

const valuesOf = (field: string) => [0, 1, 2].map((index) => exampleOf(readField(field), 'row', index));

t.test('examples are within the bounds of their field', async (t) => {
  t.same(valuesOf('row2:string:1..10'), ['Row 1', 'Row 2', 'Row 3']);
  t.same(valuesOf('row2:string:1..4'), ['1', '2', '3'], 'a short text');
  t.same(valuesOf('row2:string:6..9'), ['Row 1.', 'Row 2.', 'Row 3.'], 'a long text');
  t.same(valuesOf('row2:integer'), [1, 2, 3]);
  t.same(valuesOf('row2:integer:10..'), [10, 11, 12]);
  t.same(valuesOf('row2:integer:10..11'), [10, 11, 11]);
  t.same(valuesOf('row2:integer:..-5'), [-5, -6, -7]);
  t.same(valuesOf('row2:number:0..2'), [1.5, 0, 0]);
});

t.test('an update changes a field that is not unique, if possible', async (t) => {
  const updateOf = (...fields: string[]) =>
    examplesOf(readRequest(['venue', ...fields, '--unique', 'name'])).update;
  t.same(updateOf('name:string', 'size:enum(s,m)'), { size: 'm' });
  t.same(updateOf('name:string'), { name: 'Name 3' });
});
