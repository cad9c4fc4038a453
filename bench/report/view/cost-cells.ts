import type { Cost } from '../cost.ts';
import { number, significant } from '../format.ts';

/** The figures of a cost as the table has them, in the page as it is written and as its script changes it. */
export function costCells({ secondsPerMillion, pricePerMillion, vcpus, pricePerMonth }: Cost): string[] {
  return [
    number(secondsPerMillion),
    significant(pricePerMillion),
    significant(vcpus),
    significant(pricePerMonth),
  ];
}
