import t from 'tap';
import { sortOut } from '../../../scripts/openapi/approvals.ts';

const change = { id: 'api-removed', operation: 'GET', path: '/ready', text: 'api removed' };
const approval = { id: 'api-removed', operation: 'GET /ready', text: 'api removed', reason: 'Nobody asks.' };

t.test('a breaking change passes with its approval only', async (t) => {
  t.same(sortOut([], []), { approved: [], unapproved: [], problems: [] });
  t.same(sortOut([change], []).unapproved, [change]);
  t.same(sortOut([change], [approval]), {
    approved: [{ change, reason: 'Nobody asks.' }],
    unapproved: [],
    problems: [],
  });
});

t.test('an approval is for one change, in one place, for a reason', async (t) => {
  for (const [member, finding] of [
    ['id', /of other in GET \/ready approves nothing/],
    ['operation', /of api-removed in other approves nothing/],
    ['text', /approves nothing/],
  ] as const) {
    const { unapproved, problems } = sortOut([change], [{ ...approval, [member]: 'other' }]);
    t.same(unapproved, [change], member);
    t.match(problems, [finding]);
  }
  t.match(sortOut([change], [{ ...approval, reason: ' ' }]).problems, [/gives no reason/]);
});
