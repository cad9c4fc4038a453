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

/** The maximum number of smaller cases that are tried after a failure. Large bodies have far more. */
const MAX_SHRINKS = 500;

export interface CampaignOptions {
  document: OpenApiDocument & ContractDocument;
  /** Sends a request to the service under test. */
  send: (request: FuzzRequest) => Promise<HttpResponse>;
  seed: number;
  /** The number of valid requests per operation; there are twice as many invalid ones. */
  examples: number;
  /** The body limit of the service, in bytes. */
  bodyLimit: number;
  /** Restricts the campaign to these operations. */
  operations?: readonly string[];
}

export interface Finding {
  /** The operation, or the route. */
  operation: string;
  /** The broken rule, or that the request is valid. */
  rule: string;
  /** The smallest failing request, its response, and the problem. */
  message: string;
}

export interface CampaignResult {
  requests: number;
  /** The number of properties. */
  properties: number;
  /** The number of responses by status code. */
  statuses: ReadonlyMap<number, number>;
  findings: readonly Finding[];
}

/** Sends valid and invalid requests generated from the document, and checks every response against it. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignResult> {
  const { document, seed, examples, bodyLimit } = options;
  const operations = operationsOf(document);
  const checkContract = contractOf(document);
  const statuses = new Map<number, number>();
  const findings: Finding[] = [];
  let requests = 0;
  let properties = 0;

  /** @throws with the request, the response and the problem. */
  const exchange = async (
    request: FuzzRequest,
    judge: (response: HttpResponse) => void,
  ): Promise<HttpResponse> => {
    const response = await options.send(request);
    requests++;
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    try {
      if (response.status >= 500) throw new Error(`the service failed with ${response.status}`);
      judge(response);
      checkContract(request.method, request.url, response);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `${describeRequest(request)}\n→ ${response.status} ${response.text.slice(0, 1000)}\n${reason}`,
      );
    }
    return response;
  };

  const valid = (draft: Draft, created: Created) => {
    const request = render(draft, created);
    return exchange(request, (response) => judgeValid(draft, request, response, bodyLimit));
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
    // Two concurrent requests, which can share a batch.
    await check(
      operation.name,
      'valid',
      Math.ceil(examples / 2),
      fc.tuple(first, pair),
      async ([create, both]) => {
        const created = create ? createdBy(await valid(create, NOTHING)) : NOTHING;
        const responses = await Promise.allSettled(both.map((draft) => valid(draft, created)));
        for (const response of responses) if (response.status === 'rejected') throw response.reason;
      },
    );
  };

  const checkInvalid = async (name: string, rules: readonly BrokenRule[]) => {
    const numRuns = Math.ceil((2 * examples) / rules.length);
    for (const { rule, cases } of rules) {
      await check(name, rule, numRuns, cases, ({ draft, refusal }) => {
        const request = render(draft, NOTHING);
        return exchange(request, (response) => judgeInvalid(refusal, request, response));
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

/** The resource in the response to a create. */
function createdBy({ headers }: HttpResponse): Created {
  const id = /\d+$/.exec(String(headers.location ?? ''))?.[0];
  return id === undefined ? NOTHING : { id, entityTag: String(headers.etag) };
}
