import type { ReportModel } from '../model/report-model.ts';

/** The figures that the page was written with. */
export function readModel(): ReportModel {
  return JSON.parse(document.getElementById('model')?.textContent ?? '');
}
