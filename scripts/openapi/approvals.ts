import type { BreakingChange } from './oasdiff.ts';

/** An intended breaking change: its description by oasdiff, and the reason for it. */
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
  /** Invalid approvals, one sentence each. */
  problems: string[];
}

/** Separates approved from unapproved breaking changes. An approval without a change is a problem. */
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
        .map(({ id, operation }) => `the approval of ${id} in ${operation} has no reason`),
      ...approvals
        .filter((approval) => !changes.some((change) => approves(approval, change)))
        .map(({ id, operation }) => `the approval of ${id} in ${operation} matches no change: remove it`),
    ],
  };
}

const approves = (approval: Approval, { id, operation, path, text }: BreakingChange): boolean =>
  approval.id === id && approval.operation === `${operation} ${path}` && approval.text === text;
