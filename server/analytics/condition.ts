import type { CrmSource } from '../../contract/crm.ts';
import { AppError } from '../platform/errors.ts';
import { steadyOffset } from '../platform/time-zone.ts';
import { type ClockExpression, type Dimension, type Expression, isOfClock, PREFIX_DIGITS } from './catalog.ts';
import { type CountryPatterns, patternsOf } from './countries.ts';
import { BOOLEAN_CODES, type Dictionaries } from './dictionaries.ts';

/** What a tenant's clock tells moments apart by. */
export interface Clock {
  /** IANA zone in which days begin. */
  timezone: string;
  /** When work begins and ends, in turns: ascending seconds of the local week, which begins with Monday. Empty: nobody works. */
  workingWeek: readonly number[];
}

/** What names of derived dimensions and of measures that depend on the moment are resolved against. */
export interface NameScope extends Clock {
  now: Date;
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
  /** The clock a weekday, an hour or working time is read from. */
  clock?: Clock;
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
  if (isOfClock(expression)) {
    if (!scope) throw refuse('A filter by the clock needs a time zone');
    return { ...derived, clock: { timezone: scope.timezone, workingWeek: scope.workingWeek } };
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
  const { column, value, none, expression, spellings, people, patterns, clock } = condition;
  if (people) {
    const list = `select * from unnest(${bind(people.crmSources)}::text[], ${bind(people.ids)}::text[])`;
    const isIn = `(crm_source, ${column}) in (${list})`;
    return people.isIn ? isIn : `not coalesce(${isIn}, false)`;
  }
  const subject = expression ? codeSql(expression, clock ?? NO_CLOCK, bind) : `${column}::text`;
  if (patterns) {
    const like = (list: readonly string[]) => `${subject} like any(${bind(list)}::text[])`;
    const listed = patterns.except.length > 0 ? `${like(patterns.of)} and not ${like(patterns.except)}` : like(patterns.of);
    return patterns.orNone ? `(${listed} or not ${like(patterns.orNone)})` : `(${listed})`;
  }
  if (spellings) return `${subject} = any(${bind(spellings)}::text[])`;
  if (value !== null) return `${subject} = ${bind(value)}`;
  return `coalesce(nullif(${subject}, ${bind(none ?? '')}), '') = ''`;
}

/** The clock of whoever has said none. */
export const NO_CLOCK: Clock = { timezone: 'UTC', workingWeek: [] };

/** SQL that gives the code of a derived dimension as text; null where there is none. */
export function codeSql(expression: Expression, clock: Clock, bind: Bind): string {
  const sql = expressionSql(expression, clock, bind);
  return expression.kind === 'weekday' || expression.kind === 'hour' ? `(${sql})::int::text` : sql;
}

/** The same to group by: what it gives is the code once it is written as text. */
export function expressionSql(expression: Expression, clock: Clock, bind: Bind): string {
  if (isOfClock(expression)) return clockSql(expression, clock, bind);
  switch (expression.kind) {
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

function clockSql({ kind, column }: ClockExpression, { timezone, workingWeek }: Clock, bind: Bind): string {
  const local = localSql(column ?? '', timezone, bind);
  if (kind === 'weekday') return `date_part('isodow', ${local})`;
  if (kind === 'hour') return `date_part('hour', ${local})`;
  const second = `(floor(date_part('epoch', ${local}))::bigint - ${FIRST_MONDAY})`;
  // Moments before 1970 count backwards.
  const ofWeek = `((${second} % ${WEEK} + ${WEEK}) % ${WEEK})`;
  // Behind so many beginnings and ends: an odd number of them means work has begun and not ended.
  return `case width_bucket(${ofWeek}, ${bind(workingWeek)}::bigint[]) % 2 when 1 then 'within' when 0 then 'outside' end`;
}

const WEEK = 7 * 86_400;
/** Seconds from 1970-01-01, a Thursday, to the first Monday. */
const FIRST_MONDAY = 4 * 86_400;

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
