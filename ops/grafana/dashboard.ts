// Writes setlist.json, the dashboard for Grafana. --check only checks that the file is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  LegendDisplayMode,
  LegendPlacement,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { packageRoot } from '../../src/package.ts';
import { OF_JOB, type Panel, ROWS } from './panels.ts';

const SOURCE = { type: 'prometheus', uid: '$datasource' };
function targetsOf({ queries, isStat }: Panel): DataqueryBuilder[] {
  return Object.entries(queries).map(([name, expression], index) => {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode(65 + index))
      .expr(expression)
      .legendFormat(name);
    return isStat ? query.instant() : query.range();
  });
}

function builderOf(panel: Panel): StatBuilder | TimeSeriesBuilder {
  const builder = panel.isStat ? new StatBuilder().height(4).span(4) : timeSeries();
  if (panel.description) builder.description(panel.description);
  return builder.title(panel.title).unit(panel.unit).datasource(SOURCE).targets(targetsOf(panel));
}

function timeSeries(): TimeSeriesBuilder {
  const legend = new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom);
  return new TimeSeriesBuilder()
    .height(8)
    .span(8)
    .min(0)
    .fillOpacity(10)
    .legend(legend)
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
}

function dashboard(): DashboardBuilder {
  const labelValues = (name: string, query: string) =>
    new QueryVariableBuilder(name)
      .datasource(SOURCE)
      .query(query)
      .refresh(VariableRefresh.OnTimeRangeChanged);
  const builder = new DashboardBuilder('Setlist')
    .uid('setlist')
    .time({ from: 'now-3h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(labelValues('job', 'label_values(setlist_build_info, job)').label('Job'))
    .withVariable(
      labelValues('instance', `label_values(setlist_build_info{${OF_JOB}}, instance)`)
        .label('Instance')
        .multi(true)
        .includeAll(true)
        .allValue('.+')
        .current({ selected: true, text: 'All', value: '$__all' }),
    );
  for (const [title, panels] of Object.entries(ROWS)) {
    builder.withRow(new RowBuilder(title));
    for (const panel of panels) builder.withPanel(builderOf(panel));
  }
  return builder;
}

const file = join(packageRoot, 'ops', 'grafana', 'setlist.json');
const text = `${JSON.stringify(dashboard().build(), null, 2)}\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error('ops/grafana/setlist.json is out of date: run `npm run dashboard` and commit it.');
  process.exit(1);
}
