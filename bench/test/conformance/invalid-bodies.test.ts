import t from 'tap';
import { violations } from '../../conformance/contract.ts';
import { spoiledBodies } from '../../conformance/invalid-bodies.ts';

const valid = {
  SongCreate: { song: 'a song', artist: 'an artist', year: 2016 },
  TaskCreate: { title: 'a title', description: 'a description', done: true },
};

for (const model of ['SongCreate', 'TaskCreate'] as const) {
  t.test(`each changed ${model} violates openapi.json, but only in the changed member`, async (t) => {
    t.same(violations(model, valid[model]), []);
    for (const { what, spoil } of spoiledBodies(model)) {
      // As JSON, which omits undefined members.
      const body: unknown = JSON.parse(JSON.stringify(spoil(valid[model])));
      t.not(violations(model, body).length, 0, what);
    }
  });
}

t.test('each field is changed in its type, its bounds and its presence', async (t) => {
  const names = spoiledBodies('TaskCreate').map(({ what }) => what);
  for (const what of [
    'title is missing',
    'title is null',
    'title is a number',
    'title is too short',
    'title is too long by one character',
    'title holds U+0000',
    'description is null',
    'description is too long by one astral character',
    'done is the text true',
    'done is 0',
    'an unknown member: internal_note',
    'an array',
    'null',
  ]) {
    t.ok(names.includes(what), what);
  }
  t.ok(spoiledBodies('SongCreate').some(({ what }) => what === 'year is too large by one'));
  t.notOk(
    spoiledBodies('SongCreate').some(({ what }) => what === 'year is null'),
    'null is a year',
  );
});
