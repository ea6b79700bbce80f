import { type CatalogReply, catalogReply } from '../../contract/catalog.ts';
import type { DashboardReply, DeletedWidget, DrillReply, Widget } from '../../contract/dashboard.ts';
import { type FakePortal, refusal } from './fake-portal.ts';
import { sampleDashboard } from './sample-replies.ts';

const WIDGETS = '/api/dashboard/widgets';

export interface FakeWidgets {
  /** Bodies of requests, oldest first: `METHOD /path` and what was sent. */
  asked: { route: string; query: string; body: unknown }[];
  titles(): string[];
  bin: DeletedWidget[];
}

/** Ids as a server gives them, one for each number. */
export function widgetId(number: number): string {
  return `0198c0de-0000-7000-8000-${String(number).padStart(12, '0')}`;
}

/** The sample dashboard whose charts are the tenant's own, and a server that changes them as the real one does. */
export function serveWidgets(portal: FakePortal, over: Partial<DashboardReply> = {}): FakeWidgets {
  const whole = sampleDashboard(over);
  const idOf = (widget: Widget) => (widget.config.chartType === 'kpi' ? widget.id : widgetId(widget.position));
  const results = new Map(whole.widgets.map((widget, index) => [idOf(widget), whole.results[index]]));
  let widgets = whole.widgets.map((widget): Widget => {
    const id = idOf(widget);
    return { ...widget, id, isStandard: widget.config.chartType === 'kpi', config: { ...widget.config, chartId: id } };
  });
  const fake: FakeWidgets = { asked: [], titles: () => widgets.map(({ config }) => config.title), bin: [] };
  const renumber = (order: Widget[]) => {
    widgets = order.map((widget, position) => ({ ...widget, position }));
  };
  const record = (route: string, { query, body }: { query: URLSearchParams; body: unknown }) =>
    fake.asked.push({ route, query: query.toString(), body });

  portal.api['GET /api/dashboard/data'] = (request) => {
    record('GET /api/dashboard/data', request);
    const shown = widgets.map(({ id }) => ({ ...(results.get(id) ?? { status: 'not_synced' }), id }));
    return { body: { ...whole, widgets, results: shown } };
  };
  portal.api[`GET ${WIDGETS}/bin`] = () => ({ body: fake.bin });
  portal.api[`POST ${WIDGETS}`] = (request) => {
    record(`POST ${WIDGETS}`, request);
    const { config } = request.body as { config: Widget['config'] };
    const id = widgetId(100 + widgets.length);
    const created = { id, isStandard: false, position: widgets.length, config: { ...config, chartId: id } } as Widget;
    results.set(
      id,
      whole.results.find((_, index) => whole.widgets[index]?.config.chartType === config.chartType),
    );
    renumber([...widgets, created]);
    return { status: 201, body: created };
  };
  for (const { id } of [...widgets]) {
    const find = () => widgets.find((one) => one.id === id);
    portal.api[`PATCH ${WIDGETS}/${id}`] = (request) => {
      record(`PATCH ${id}`, request);
      const present = find();
      if (!present) return refusal(404, 'not_found');
      const patch = request.body as { title?: string; size?: Widget['config']['size']; position?: number; config?: object };
      const { title, size, position } = patch;
      const config = { ...present.config, ...patch.config, ...(title && { title }), ...(size && { size }) };
      const changed = { ...present, config } as Widget;
      const others = widgets.filter((one) => one.id !== id);
      const place = position ?? present.position;
      renumber([...others.slice(0, place), changed, ...others.slice(place)]);
      return { body: find() };
    };
    portal.api[`DELETE ${WIDGETS}/${id}`] = (request) => {
      record(`DELETE ${id}`, request);
      const present = find();
      if (!present) return refusal(404, 'not_found');
      fake.bin = [{ ...present, deletedAt: '2025-11-24T09:06:00.000Z' }, ...fake.bin];
      renumber(widgets.filter((one) => one.id !== id));
      return { status: 204, body: null };
    };
    portal.api[`POST ${WIDGETS}/${id}/restore`] = (request) => {
      record(`POST ${id}/restore`, request);
      const removed = fake.bin.find((one) => one.id === id);
      if (!removed) return refusal(404, 'not_found');
      const { deletedAt: _, ...widget } = removed;
      fake.bin = fake.bin.filter((one) => one.id !== id);
      renumber([...widgets.slice(0, widget.position), widget, ...widgets.slice(widget.position)]);
      return { body: find() };
    };
  }
  return fake;
}

/** A page of deals as the server lists them. */
export function drillPage(from: number, count: number, over: Partial<DrillReply> = {}): DrillReply {
  return {
    entity: 'deals',
    records: Array.from({ length: count }, (_, index) => ({
      externalId: `${from + index}`,
      crmSource: 'bitrix24',
      title: `Поставка кабеля № ${from + index}`,
      owner: { id: '12', name: 'Гульнора Каримова' },
      value: { amount: '12500.00', currency: 'USD' },
      worth: { amount: '12500.00', currency: 'USD' },
      at: '2025-11-20T10:30:00.000Z',
      url: `https://portal.bitrix24.com/crm/deal/details/${from + index}/`,
    })),
    total: count,
    next: null,
    ...over,
  };
}

/** Deals alone: two numbers that can be cut by everything, a rate that knows no stages, and amounts. */
export function sampleCatalog(): CatalogReply {
  const everything = ['owner', 'stage', 'weekday', 'custom:UF_SHOP'];
  return catalogReply.parse({
    sources: [
      {
        name: 'deals',
        label: 'Deals',
        dimensions: [
          { name: 'owner', label: 'Responsible', kind: 'field', by: 'by responsible person' },
          { name: 'stage', label: 'Stage', kind: 'field', by: 'by stage' },
          { name: 'pipeline', label: 'Pipeline', kind: 'field', by: 'by pipeline' },
          { name: 'weekday', label: 'Weekday', kind: 'clock', by: 'by weekday' },
          { name: 'custom:UF_SHOP', label: 'Shop', kind: 'custom', by: 'by “Shop”' },
        ],
        times: [{ name: 'createdAt', label: 'Created' }],
        numbers: [{ name: 'value', label: 'Deal amount', format: 'currency' }],
        measures: [
          {
            name: 'totalDeals',
            label: 'Total deals',
            format: 'number',
            kind: 'count',
            isAdded: true,
            dimensions: everything,
            hasPipeline: true,
          },
          {
            name: 'wonDeals',
            label: 'Deals won',
            format: 'number',
            kind: 'count',
            isAdded: true,
            dimensions: everything,
            hasPipeline: true,
          },
          {
            name: 'winRate',
            label: 'Win rate',
            format: 'percentage',
            kind: 'share',
            isAdded: false,
            dimensions: ['owner'],
            hasPipeline: true,
          },
        ],
      },
    ],
    aggregations: [
      { name: 'count', label: 'Count' },
      { name: 'sum', label: 'Total' },
      { name: 'average', label: 'Average' },
    ],
    pipelines: [
      { name: '0', label: 'Sales', crmSource: 'bitrix24' },
      { name: '7', label: 'Renewals', crmSource: 'bitrix24' },
    ],
    crmSources: [{ name: 'bitrix24', label: 'Bitrix24' }],
  });
}
