import type { WorldDepartment, WorldUser } from '../../../world/types.ts';
import { compileFilter, type FilterField } from '../filter.ts';
import { createArraySource, listPage, type OrderTerm } from '../list.ts';
import { type Answer, type Call, type MethodTable, single } from '../method.ts';
import { type Params, toEntries, toInteger, toList, toText } from '../params.ts';
import { formatDay, formatTime } from '../time.ts';

const USER_SCOPES = ['user', 'user_basic', 'user_brief'];

export const USER_METHODS: MethodTable = {
  profile: { scopes: [], run: (call) => single(showProfile(call.caller.user)) },
  'user.admin': { scopes: [], run: (call) => single(call.caller.user.isAdmin) },
  'user.current': { scopes: USER_SCOPES, run: (call) => single(showUser(call, call.caller.user)) },
  'user.get': { scopes: USER_SCOPES, run: listUsers },
  'department.get': { scopes: ['department'], run: listDepartments },
};

function showProfile(user: WorldUser): unknown {
  // An inactive user's profile is empty.
  if (!user.active) return [];
  return {
    ID: String(user.id),
    ADMIN: user.isAdmin,
    NAME: user.name,
    LAST_NAME: user.lastName,
    PERSONAL_GENDER: '',
    TIME_ZONE: '',
  };
}

/** The e-mail address comes with the scopes above user_brief only. */
function showUser(call: Call, user: WorldUser): Record<string, unknown> {
  const { scopes } = call.caller;
  const withEmail = scopes === null || scopes.has('user') || scopes.has('user_basic');
  const { utcOffsetMinutes } = call.portal;
  return {
    ID: String(user.id),
    ACTIVE: user.active,
    NAME: user.name,
    LAST_NAME: user.lastName,
    SECOND_NAME: '',
    ...(withEmail ? { EMAIL: user.email } : {}),
    LAST_LOGIN: formatTime(user.registeredAt, utcOffsetMinutes),
    DATE_REGISTER: formatDay(user.registeredAt, utcOffsetMinutes),
    TIME_ZONE: '',
    IS_ONLINE: 'N',
    TIMESTAMP_X: {},
    LAST_ACTIVITY_DATE: {},
    PERSONAL_GENDER: '',
    PERSONAL_BIRTHDAY: '',
    WORK_POSITION: user.position,
    UF_EMPLOYMENT_DATE: '',
    UF_DEPARTMENT: user.departmentIds,
    USER_TYPE: 'employee',
  };
}

const USER_FIELDS: ReadonlyMap<string, FilterField<WorldUser>> = new Map<string, FilterField<WorldUser>>([
  ['ID', { compare: 'number', isId: true, read: (user) => user.id }],
  ['ACTIVE', { compare: 'text', read: (user) => (user.active ? 'Y' : 'N') }],
  ['NAME', { compare: 'text', read: (user) => user.name }],
  ['LAST_NAME', { compare: 'text', read: (user) => user.lastName }],
  ['EMAIL', { compare: 'text', read: (user) => user.email }],
  ['WORK_POSITION', { compare: 'text', read: (user) => user.position }],
  ['UF_DEPARTMENT', { compare: 'number', read: (user) => user.departmentIds }],
]);

/** Dismissed employees are in the list unless ACTIVE is asked for. */
function listUsers(call: Call): Answer {
  const select = new Set(toList(call.params.select).map((name) => toText(name).toUpperCase()));
  return listFlat(call, call.portal.world.users, USER_FIELDS, (user) => {
    const shown = showUser(call, user);
    if (select.size === 0 || select.has('*')) return shown;
    return Object.fromEntries(Object.entries(shown).filter(([name]) => name === 'ID' || select.has(name)));
  });
}

const DEPARTMENT_FIELDS: ReadonlyMap<string, FilterField<WorldDepartment>> = new Map<string, FilterField<WorldDepartment>>([
  ['ID', { compare: 'number', isId: true, read: (row) => row.id }],
  ['NAME', { compare: 'text', read: (row) => row.name }],
  ['SORT', { compare: 'number', read: () => 500 }],
  ['PARENT', { compare: 'number', read: (row) => row.parentId }],
]);

function listDepartments(call: Call): Answer {
  return listFlat(call, call.portal.world.departments, DEPARTMENT_FIELDS, (row) => ({
    ID: String(row.id),
    NAME: row.name,
    SORT: 500,
    ...(row.parentId === 0 ? {} : { PARENT: String(row.parentId) }),
  }));
}

/** Lists whose filter may stand in FILTER or beside it, and whose order is `sort` (a name) and `order` (a direction). */
function listFlat<Row extends { id: number }>(
  call: Call,
  rows: readonly Row[],
  fields: ReadonlyMap<string, FilterField<Row>>,
  show: (row: Row) => Record<string, unknown>,
): Answer {
  const { params } = call;
  const filter = compileFilter<Row>(
    { ...topLevelFilter(params, fields), ...Object.fromEntries(toEntries(params.filter) ?? []) },
    { resolve: (name) => fields.get(name.toUpperCase()) ?? null, onUnknown: () => {}, offsetMinutes: 0 },
  );
  const page = listPage(createArraySource(rows), { filter, order: readSort(params, fields), start: toInteger(params.start, 0) });
  return {
    result: page.rows.map(show),
    total: page.total,
    ...(page.next === undefined ? {} : { next: page.next }),
    records: page.rows.length,
  };
}

function topLevelFilter<Row>(params: Params, fields: ReadonlyMap<string, FilterField<Row>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(params)
      .map(([key, value]): [string, unknown] => [key.toUpperCase(), value])
      // SORT names the order here, not a value.
      .filter(([key]) => key !== 'SORT' && fields.has(key.replace(/^\W+/, ''))),
  );
}

function readSort<Row>(params: Params, fields: ReadonlyMap<string, FilterField<Row>>): OrderTerm<Row>[] {
  // `order: {ID: 'ASC'}` is what list helpers send; `sort` and `order` as two texts is the documented form.
  const [named] = typeof params.order === 'object' ? (toEntries(params.order) ?? []) : [];
  const name = (named ? named[0] : toText(params.sort)).toUpperCase();
  const direction = toText(named ? named[1] : params.order).toUpperCase();
  const field = fields.get(name);
  if (!field) return [];
  const descending = direction.startsWith('DESC');
  if (field.isId) return [{ read: null, descending }];
  return [
    {
      descending,
      read: (row) => {
        const value = field.read(row);
        return typeof value === 'string' || typeof value === 'number' ? value : null;
      },
    },
  ];
}
