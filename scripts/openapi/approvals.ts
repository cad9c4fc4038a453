import type { BreakingChange } from './oasdiff.ts';

/** A breaking change that is meant: what oasdiff says of it, and why it may happen. */
export interface Approval {
  /** The rule, as in `request-property-became-required`. */
  id: string;
  /** Method and path, as in `POST /songs`. */
  operation: string;
  text: string;
  reason: string;
}

export interface Verdict {
  approved: { change: BreakingChange; reason: string }[];
  unapproved: BreakingChange[];
  /** What is wrong with the approvals themselves, in sentences. */
  problems: string[];
}

/** Tells the breaking changes that are approved from those that are not. An approval of nothing is a problem. */
export function sortOut(changes: readonly BreakingChange[], approvals: readonly Approval[]): Verdict {
  const approvalOf = (change: BreakingChange) => approvals.find((approval) => approves(approval, change));
  return {
    approved: changes.flatMap((change) => {
      const approval = approvalOf(change);
      return approval ? [{ change, reason: approval.reason }] : [];
    }),
    unapproved: changes.filter((change) => !approvalOf(change)),
    problems: [
      ...approvals
        .filter(({ reason }) => !reason?.trim())
        .map(({ id, operation }) => `the approval of ${id} in ${operation} gives no reason`),
      ...approvals
        .filter((approval) => !changes.some((change) => approves(approval, change)))
        .map(({ id, operation }) => `the approval of ${id} in ${operation} approves nothing: remove it`),
    ],
  };
}

const approves = (approval: Approval, { id, operation, path, text }: BreakingChange): boolean =>
  approval.id === id && approval.operation === `${operation} ${path}` && approval.text === text;
