import fc from 'fast-check';
import { type ContractDocument, contractOf, type HttpResponse } from '../../support/contract.ts';
import type { BrokenRule } from './broken-rule.ts';
import { type OpenApiDocument, type Operation, operationsOf } from './document.ts';
import { brokenRules, unknownRoutes } from './invalid-requests.ts';
import {
  type Created,
  creator,
  type Draft,
  describeRequest,
  type FuzzRequest,
  NOTHING,
  render,
} from './requests.ts';
import { validRequests } from './valid-requests.ts';
import { judgeInvalid, judgeValid } from './verdicts.ts';

/** How many smaller cases are tried after one that fails. Large bodies have far more. */
const MAX_SHRINKS = 500;

export interface CampaignOptions {
  document: OpenApiDocument & ContractDocument;
  /** Sends a request to the service under test. */
  send: (request: FuzzRequest) => Promise<HttpResponse>;
  seed: number;
  /** How many times each operation is asked validly, and twice as often invalidly. */
  examples: number;
  /** The largest request body that the service takes, in bytes. */
  bodyLimit: number;
  /** Restricts the campaign to these operations. */
  operations?: readonly string[];
}

export interface Finding {
  /** The operation, or the route. */
  operation: string;
  /** Which rule was broken, or that none was. */
  rule: string;
  /** The smallest request that was found, its answer, and what is wrong with it. */
  message: string;
}

export interface CampaignResult {
  requests: number;
  /** How many properties were looked at. */
  properties: number;
  /** How many answers had each status code. */
  statuses: ReadonlyMap<number, number>;
  findings: readonly Finding[];
}

/** Sends requests made from the document, valid and invalid, and holds every answer against it. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { document, seed, examples, bodyLimit } = options;
  const operations = operationsOf(document);
  const checkContract = contractOf(document);
  const statuses = new Map<number, number>();
  const findings: Finding[] = [];
  let requests = 0;
  let properties = 0;

  /** @throws with all that is needed to see what is wrong. */
  const exchange = async (
    request: FuzzRequest,
    judge: (answer: HttpResponse) => void,
  ): Promise<HttpResponse> => {
    const answer = await options.send(request);
    requests++;
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    try {
      if (answer.status >= 500) throw new Error(`the service failed with ${answer.status}`);
      judge(answer);
      checkContract(request.method, request.url, answer);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `${describeRequest(request)}\n→ ${answer.status} ${answer.text.slice(0, 1000)}\n${reason}`,
      );
    }
    return answer;
  };

  const valid = (draft: Draft, created: Created) => {
    const request = render(draft, created);
    return exchange(request, (answer) => judgeValid(draft, request, answer, bodyLimit));
  };

  const check = async <Case>(
    operation: string,
    rule: string,
    numRuns: number,
    cases: fc.Arbitrary<Case>,
    predicate: (drawn: Case) => Promise<unknown>,
  ) => {
    properties++;
    let hasFailed = false;
    let shrinks = 0;
    const property = fc.asyncProperty(cases, async (drawn) => {
      if (hasFailed && ++shrinks > MAX_SHRINKS) return;
      try {
        await predicate(drawn);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    });
    const result = await fc.check(property, { seed, numRuns });
    if (!result.failed) return;
    const { errorInstance } = result;
    const message = errorInstance instanceof Error ? errorInstance.message : `no values: ${rule}`;
    findings.push({ operation, rule, message });
  };

  const checkValid = async (operation: Operation) => {
    const parent = creator(operation, operations);
    const pair = fc.tuple(validRequests(operation), validRequests(operation));
    const first = parent ? validRequests(parent, { accept: fc.constant(undefined) }) : fc.constant(undefined);
    // Two at once, so that they meet each other in the batches of the database.
    await check(
      operation.name,
      'valid',
      Math.ceil(examples / 2),
      fc.tuple(first, pair),
      async ([create, both]) => {
        const created = create ? createdBy(await valid(create, NOTHING)) : NOTHING;
        const answers = await Promise.allSettled(both.map((draft) => valid(draft, created)));
        for (const answer of answers) if (answer.status === 'rejected') throw answer.reason;
      },
    );
  };

  const checkInvalid = async (name: string, rules: readonly BrokenRule[]) => {
    const numRuns = Math.ceil((2 * examples) / rules.length);
    for (const { rule, cases } of rules) {
      await check(name, rule, numRuns, cases, ({ draft, refusal }) => {
        const request = render(draft, NOTHING);
        return exchange(request, (answer) => judgeInvalid(refusal, request, answer));
      });
    }
  };

  const isWanted = ({ name }: Operation) => options.operations?.includes(name) ?? true;
  for (const operation of operations.filter(isWanted)) {
    await checkValid(operation);
    await checkInvalid(operation.name, brokenRules(operation, bodyLimit));
  }
  if (!options.operations) await checkInvalid('routes', unknownRoutes(operations));
  return { requests, properties, statuses, findings };
}

/** The resource that a create was answered with. */
function createdBy({ headers }: HttpResponse): Created {
  const id = /\d+$/.exec(String(headers.location ?? ''))?.[0];
  return id === undefined ? NOTHING : { id, entityTag: String(headers.etag) };
}
