import { appFrame } from './app-frame.ts';
import { type Html, html } from './html.ts';
import { page } from './layout.ts';
import { type PageContext, placementTitle, visiblePlacements } from './page-context.ts';
import { RECORD_KINDS, type RecordKindName } from './record-kinds.ts';
import { createRecordValues } from './record-values.ts';

const PAGE_SIZE = 25;

/** A page of the list, newest records first. `?before=<id>` starts below that record, `?after=<id>` ends above it. */
export function recordListPage(context: PageContext, name: RecordKindName): Html {
  const { portal, t, url } = context;
  const kind = RECORD_KINDS[name];
  const table = kind.table(portal.world);
  const values = createRecordValues(context);

  const after = readId(url, 'after');
  const ids = after
    ? table.idsAfter(after, PAGE_SIZE).reverse()
    : table.idsBefore(readId(url, 'before') ?? table.maxId + 1, PAGE_SIZE);
  const rows = ids.flatMap((id) => {
    const record = kind.describe(portal.world, id, values);
    return record ? [{ id, title: record.title, fields: record.fields.filter((field) => field.inList) }] : [];
  });
  const [first] = rows;
  const last = rows.at(-1);
  if (!first || !last) return page(context, t(kind.plural), html`<section class="panel notice"><p>${t('nothing')}</p></section>`);

  const hasNewer = table.idsAfter(first.id, 1).length > 0;
  const hasOlder = table.idsBefore(last.id, 1).length > 0;
  const list = `/crm/${name}/list/`;
  return page(
    context,
    t(kind.plural),
    html`<section class="panel">
      <div class="scroll"><table class="records">
        <thead><tr><th>ID</th><th>${t('name')}</th>${first.fields.map((field) => html`<th>${t(field.label)}</th>`)}</tr></thead>
        <tbody>${rows.map(
          (row) => html`<tr>
            <td class="id">${row.id}</td>
            <td><a class="title" data-slider href="/crm/${name}/details/${row.id}/">${row.title || `#${row.id}`}</a></td>
            ${row.fields.map((field) => html`<td>${field.value}</td>`)}
          </tr>`,
        )}</tbody>
      </table></div>
      <footer class="paging">
        <span>${t('shown', { shown: String(rows.length), total: table.size.toLocaleString(portal.language) })}</span>
        ${hasNewer ? html`<a href="${list}">${t('first')}</a><a href="${list}?after=${first.id}">← ${t('previous')}</a>` : null}
        ${hasOlder ? html`<a href="${list}?before=${last.id}">${t('next')} →</a>` : null}
      </footer>
    </section>`,
  );
}

/** A record's card with a tab for each widget bound to its kind; null when there is no such record. */
export function recordCardPage(context: PageContext, name: RecordKindName, id: number): Html | null {
  const { portal, t, url } = context;
  const record = RECORD_KINDS[name].describe(portal.world, id, createRecordValues(context));
  if (!record) return null;
  const code = `CRM_${name.toUpperCase()}_DETAIL_TAB`;
  const tabs = visiblePlacements(context, code).map((widget, index) => ({
    id: `app-${index}`,
    title: placementTitle(context, widget),
    frame: appFrame({ placement: code, handler: widget.handler, options: { ID: String(id), URI: url.pathname + url.search } }),
  }));
  return page(
    context,
    record.title || `#${id}`,
    html`<p class="kind">${t(name)} #${id}</p>
      <div class="tabs" role="tablist">
        <button type="button" role="tab" aria-selected="true" aria-controls="general">${t('general')}</button>
        ${tabs.map((tab) => html`<button type="button" role="tab" aria-selected="false" aria-controls="${tab.id}">${tab.title}</button>`)}
      </div>
      <section id="general" role="tabpanel" class="card" data-reloadable>
        <div class="panel"><h2>${t('details')}</h2>${fieldList(record.fields.map((field) => [t(field.label), field.value]))}</div>
        ${record.custom.length > 0 ? html`<div class="panel"><h2>${t('other')}</h2>${fieldList(record.custom)}</div>` : null}
      </section>
      ${tabs.map((tab) => html`<section id="${tab.id}" role="tabpanel" hidden>${tab.frame}</section>`)}`,
  );
}

function fieldList(fields: Parameters<typeof html>[1][][]): Html {
  return html`<dl>${fields.map(([label, value]) => html`<div><dt>${label ?? ''}</dt><dd>${value || '—'}</dd></div>`)}</dl>`;
}

/** A whole positive number in the query, else null. */
function readId(url: URL, name: string): number | null {
  const id = Number(url.searchParams.get(name));
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}
