import t from 'tap';
import { sortOut } from '../../../scripts/openapi/approvals.ts';

const change = { id: 'api-removed', operation: 'GET', path: '/ready', text: 'api removed' };
const approval = {
  id: 'api-removed',
  operation: 'GET /ready',
  text: 'api removed',
  reason: 'It is not used.',
};

t.test('a breaking change needs an approval', async (t) => {
  t.same(sortOut([], []), { approved: [], unapproved: [], problems: [] });
  t.same(sortOut([change], []).unapproved, [change]);
  t.same(sortOut([change], [approval]), {
    approved: [{ change, reason: 'It is not used.' }],
    unapproved: [],
    problems: [],
  });
});

t.test('an approval matches one change of one operation and has a reason', async (t) => {
  for (const [member, finding] of [
    ['id', /of other in GET \/ready matches no change/],
    ['operation', /of api-removed in other matches no change/],
    ['text', /matches no change/],
  ] as const) {
    const { unapproved, problems } = sortOut([change], [{ ...approval, [member]: 'other' }]);
    t.same(unapproved, [change], member);
    t.match(problems, [finding]);
  }
  t.match(sortOut([change], [{ ...approval, reason: ' ' }]).problems, [/has no reason/]);
});
