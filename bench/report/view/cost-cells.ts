import type { Cost } from '../cost.ts';
import { number, significant } from '../format.ts';

/** The figures of a cost in the table, both in the written page and in its script. */
export function costCells({ secondsPerMillion, pricePerMillion, vcpus, pricePerMonth }: Cost): string[] {
  return [
    number(secondsPerMillion),
    significant(pricePerMillion),
    significant(vcpus),
    significant(pricePerMonth),
  ];
}
