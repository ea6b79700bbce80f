import type { CrmSource } from '../../contract/crm.ts';
import { AppError } from '../platform/errors.ts';
import { steadyOffset } from '../platform/time-zone.ts';
import { type Dimension, type Expression, PREFIX_DIGITS } from './catalog.ts';
import { type CountryPatterns, patternsOf } from './countries.ts';
import { BOOLEAN_CODES, type Dictionaries } from './dictionaries.ts';

/** What names of derived dimensions and of measures that depend on the moment are resolved against. */
export interface NameScope {
  now: Date;
  timezone: string;
  crmSources: readonly CrmSource[];
  dictionaries: Dictionaries;
}

/** `column` has `value`; null means it has none (null, '' or what the CRM writes for none). `conditionSql` says it in SQL. */
export interface Condition {
  /** A column of the table, or a name for `expression`. */
  column: string;
  value: string | null;
  none: string | undefined;
  /** What is compared instead of the column. */
  expression?: Expression;
  /** Zone of the clock a weekday or an hour is read from. */
  timezone?: string;
  /** Ways in which the CRM may have written the value. */
  spellings?: readonly string[];
  /** The column is one of these people (or, with `isIn` false, none of them or empty). */
  people?: { crmSources: readonly string[]; ids: readonly string[]; isIn: boolean };
  /** The expression begins like this. */
  patterns?: CountryPatterns;
}

type Bind = (value: unknown) => string;

/** How people break up a phone number. */
const PHONE_BREAKS = ' \u00a0\t()./-';
const BREAK = `[${PHONE_BREAKS}]`;

/** Custom values are compared and grouped by their beginning, as an index of codes would. */
const MAX_CUSTOM_CHARS = 200;

export function refuse(message: string): AppError {
  return new AppError('invalid_combination', message);
}

/** The condition that restricts a term to one CRM. */
export function onlyCrm(crmSource: CrmSource): Condition {
  return { column: 'crm_source', value: crmSource, none: undefined };
}

/**
 * The condition that a record has that value of a dimension; '' means none.
 * @throws AppError `invalid_combination`
 */
export function onDimension(dimension: Dimension, value: string, scope: NameScope | undefined): Condition {
  if (value.includes('\0')) throw refuse('No value contains the character NUL');
  const { none, expression, labels } = dimension;
  const column = dimension.columns.at(-1) ?? '';
  const condition: Condition = { column, value: value === '' || value === none ? null : value, none };
  if (labels === 'department') return { ...condition, people: peopleOf(value, scope) };
  if (!expression) return condition;
  const derived: Condition = { ...condition, expression };
  if (expression.kind === 'weekday' || expression.kind === 'hour') {
    if (!scope) throw refuse('A filter by the clock needs a time zone');
    return { ...derived, timezone: scope.timezone };
  }
  if (labels === 'country' && value !== '') return { ...derived, patterns: patternsOf(value) };
  const spellings = labels === 'customBoolean' ? BOOLEAN_CODES.get(value) : undefined;
  return spellings ? { ...derived, spellings } : derived;
}

function peopleOf(department: string, scope: NameScope | undefined): NonNullable<Condition['people']> {
  if (!scope) throw refuse('A filter by department needs the list of people');
  const people = [...scope.dictionaries.users.values()].filter((user) =>
    department === '' ? Boolean(user.department) : user.department === department,
  );
  const crmSources = people.map(({ crmSource }) => crmSource);
  return { crmSources, ids: people.map(({ id }) => id), isIn: department !== '' };
}

/** SQL of a condition over its entity's table. */
export function conditionSql(condition: Condition, bind: Bind): string {
  const { column, value, none, expression, spellings, people, patterns, timezone } = condition;
  if (people) {
    const list = `select * from unnest(${bind(people.crmSources)}::text[], ${bind(people.ids)}::text[])`;
    const isIn = `(crm_source, ${column}) in (${list})`;
    return people.isIn ? isIn : `not coalesce(${isIn}, false)`;
  }
  const subject = expression ? codeSql(expression, timezone ?? 'UTC', bind) : `${column}::text`;
  if (patterns) {
    const like = (list: readonly string[]) => `${subject} like any(${bind(list)}::text[])`;
    const listed = patterns.except.length > 0 ? `${like(patterns.of)} and not ${like(patterns.except)}` : like(patterns.of);
    return patterns.orNone ? `(${listed} or not ${like(patterns.orNone)})` : `(${listed})`;
  }
  if (spellings) return `${subject} = any(${bind(spellings)}::text[])`;
  if (value !== null) return `${subject} = ${bind(value)}`;
  return `coalesce(nullif(${subject}, ${bind(none ?? '')}), '') = ''`;
}

/** SQL that gives the code of a derived dimension as text; null where there is none. */
export function codeSql(expression: Expression, timezone: string, bind: Bind): string {
  const sql = expressionSql(expression, timezone, bind);
  return expression.kind === 'weekday' || expression.kind === 'hour' ? `(${sql})::int::text` : sql;
}

/** The same to group by: what it gives is the code once it is written as text. */
export function expressionSql(expression: Expression, timezone: string, bind: Bind): string {
  switch (expression.kind) {
    case 'weekday':
    case 'hour': {
      const part = expression.kind === 'weekday' ? 'isodow' : 'hour';
      return `date_part('${part}', ${localSql(expression.column ?? '', timezone, bind)})`;
    }
    case 'phonePrefix': {
      const { column } = expression;
      // Most numbers are written without breaks; this form of them costs a third.
      const plain = `when ${column} ~ '^\\+[1-9][0-9]{${PREFIX_DIGITS - 1}}' then substr(${column}, 2, ${PREFIX_DIGITS})`;
      const broken = `substring(${column} from '^${BREAK}*(?:\\+|00)${BREAK}*[1-9](?:${BREAK}*[0-9]){0,${PREFIX_DIGITS - 1}}')`;
      const digits = `ltrim(translate(${broken}, '+${PHONE_BREAKS}', ''), '0')`;
      return `case ${plain} when ${column} <> '' then coalesce(${digits}, '?') end`;
    }
    case 'custom':
      return `left(custom_fields ->> ${bind(expression.code)}::text, ${MAX_CUSTOM_CHARS})`;
  }
}

/** A moment by the zone's clock. A fixed offset, where the zone has one, is three times as fast as the zone's rules. */
function localSql(column: string, timezone: string, bind: Bind): string {
  const { from, to, offsetMinutes } = steadyOffset(timezone);
  const steady = `${column} at time zone ${bind(`${offsetMinutes} minutes`)}::interval`;
  const ruled = `${column} at time zone ${bind(postgresZone(timezone))}`;
  return `case when ${column} >= ${bind(from)}::timestamptz and ${column} < ${bind(to)}::timestamptz then ${steady} else ${ruled} end`;
}

/** PostgreSQL reads the sign of a bare offset the other way round, as POSIX does. */
function postgresZone(timezone: string): string {
  return timezone.replace(/^[+-]/, (sign) => (sign === '+' ? '-' : '+'));
}
