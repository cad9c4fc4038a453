import type { ReportModel } from '../model/report-model.ts';
import { drawCode, drawCpu, drawMemory } from './bars.ts';
import { drawCurve, drawScaling } from './multiples.ts';
import { drawNoise, drawStartUp } from './others.ts';
import { drawRatios } from './ratios.ts';

/** Draws one kind of plot. */
type Draw = (model: ReportModel, data: DOMStringMap, width: number) => Element;

const kinds: Record<string, Draw> = {
  ratios: drawRatios,
  latency: drawCurve,
  scaling: drawScaling,
  cpu: drawCpu,
  memory: drawMemory,
  startUp: drawStartUp,
  code: drawCode,
  noise: drawNoise,
};

/** Draws each plot in the width of its frame, and redraws it when the width or a choice of the reader changes. */
export function keepDrawn(model: ReportModel): void {
  const frames = document.querySelectorAll<HTMLElement>('.chart > .frame');
  const draw = (frame: HTMLElement) => {
    const { chart, ...data } = frame.parentElement?.dataset ?? {};
    const kind = kinds[chart ?? ''];
    if (!kind || frame.clientWidth === 0) return;
    frame.dataset.width = String(frame.clientWidth);
    const drawn = kind(model, data, frame.clientWidth);
    // The label of the frame describes the plot; single marks would be useless for screen readers.
    drawn.setAttribute('aria-hidden', 'true');
    frame.replaceChildren(drawn);
  };
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target instanceof HTMLElement && target.dataset.width !== String(target.clientWidth)) draw(target);
    }
  });
  for (const frame of frames) {
    draw(frame);
    observer.observe(frame);
  }
  document.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLInputElement || target instanceof HTMLSelectElement)) return;
    const changed =
      target.name === 'base' ? 'ratios' : target.id === 'scaling-scenario' ? 'scaling' : undefined;
    for (const frame of frames) if (frame.parentElement?.dataset.chart === changed) draw(frame);
  });
}
