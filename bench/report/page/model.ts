import type { ReportModel } from '../model/report-model.ts';

/** The model in the page. */
export function readModel(): ReportModel {
  return JSON.parse(document.getElementById('model')?.textContent ?? '');
}
