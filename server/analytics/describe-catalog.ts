import type { CatalogDimension, CatalogMeasure, CatalogName, CatalogReply, CatalogSource } from '../../contract/catalog.ts';
import type { DataSource } from '../../contract/charts.ts';
import { crmSource } from '../../contract/crm.ts';
import { AppError } from '../platform/errors.ts';
import { BY_TEXTS, byCustomField } from './by-texts.ts';
import { CATALOG, COUNTABLES, isOfClock } from './catalog.ts';
import { CATALOG_TEXTS, numberLabel } from './catalog-texts.ts';
import { isAdded } from './crm-shares.ts';
import { CODE_LABELS } from './labels.ts';
import { type AnalyticsContext, findDimension, type Resolved, resolveQuestion } from './resolve.ts';

/** What can be asked of a tenant's records, with its labels in the viewer's language. In Simple mode there are no leads. */
export function describeCatalog(context: AnalyticsContext): CatalogReply {
  const sources = (Object.keys(CATALOG) as DataSource[]).filter((name) => context.mode !== 'simple' || name !== 'leads');
  return {
    sources: sources.map((name) => describeSource(name, context)),
    aggregations: [...CATALOG_TEXTS.aggregation].map(([name, { label }]) => ({
      name: name as CatalogReply['aggregations'][number]['name'],
      label: label[context.locale],
    })),
    pipelines: [...context.dictionaries.pipelines].flatMap(([id, { label }]) => {
      const [crm, name = ''] = id.split('\0');
      const known = crmSource.safeParse(crm);
      return known.success ? { name, label, crmSource: known.data } : [];
    }),
    crmSources: context.crmSources.map((name) => ({
      name,
      label: CODE_LABELS.get(`crm:${name}`)?.[context.locale] ?? name,
    })),
  };
}

function describeSource(name: DataSource, context: AnalyticsContext): CatalogSource {
  const entity = CATALOG[name];
  const labelled = (kind: keyof typeof CATALOG_TEXTS, names: Iterable<string>): CatalogName[] =>
    [...names].map((one) => ({ name: one, label: CATALOG_TEXTS[kind].get(one)?.label[context.locale] ?? one }));
  const dimensions = [
    ...labelled('dimension', entity.dimensions.keys()).map(
      (one): CatalogDimension => ({
        ...one,
        kind: isOfClock(entity.dimensions.get(one.name)?.expression) ? 'clock' : 'field',
        by: BY_TEXTS.get(one.name)?.[context.locale] ?? one.label,
      }),
    ),
    ...customDimensions(name, context),
  ];
  const [{ label } = { label: name }] = labelled('entity', [name]);
  return {
    name,
    label,
    dimensions,
    times: labelled('time', entity.times.keys()),
    numbers: [...entity.numbers].map(([number, { format }]) => ({
      name: number,
      label: numberLabel(name, number, context.locale),
      format,
    })),
    measures: labelled('measure', entity.measures).flatMap((one) => describeMeasure(name, one, dimensions, context)),
  };
}

/** Nothing for a measure that cannot be asked here. */
function describeMeasure(
  dataSource: DataSource,
  { name, label }: CatalogName,
  dimensions: readonly CatalogName[],
  context: AnalyticsContext,
): CatalogMeasure[] {
  const ask = (by: readonly string[], pipeline: string | null) =>
    orRefused(() => {
      const question = { dataSource, crmSource: 'all', aggregation: 'count', measure: name, field: null } as const;
      const nowhere = { window: null, buckets: null, time: null, dimensions: by };
      return resolveQuestion({ ...question, filterField: null, filterValue: null, pipeline }, nowhere, context.mode, context);
    });
  const resolved = ask([], null);
  if (!resolved) return [];
  return [
    {
      name,
      label,
      format: resolved.format,
      kind: kindOf(resolved),
      isAdded: isAdded(resolved),
      dimensions: dimensions.filter((dimension) => ask([dimension.name], null)).map((dimension) => dimension.name),
      hasPipeline: ask([], '') !== null,
    },
  ];
}

const KINDS = { number: 'count', currency: 'money', percentage: 'share', duration: 'time' } as const;

/** A number that is stored in seconds and told in days is a time too. */
function kindOf({ measure, format }: Resolved): CatalogMeasure['kind'] {
  const field = measure.kind === 'plain' && measure.field !== null ? COUNTABLES[measure.entity].numbers.get(measure.field) : null;
  return field?.divisor === undefined ? KINDS[format] : 'time';
}

/** The CRM's own fields that records can be told apart by: those with one value of few. */
function customDimensions(entity: DataSource, context: AnalyticsContext): CatalogDimension[] {
  return [...context.dictionaries.customFields].flatMap(([key, [field]]) => {
    const [of, code = ''] = key.split('\0');
    const name = `custom:${code}`;
    if (of !== entity || !field || !orRefused(() => findDimension(entity, name, context))) return [];
    return { name, label: field.label, kind: 'custom' as const, by: byCustomField(field.label, context.locale) };
  });
}

function orRefused<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
