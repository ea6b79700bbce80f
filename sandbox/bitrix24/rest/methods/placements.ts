import type { Installation, Placement } from '../../state.ts';
import { adminRequired, RestError } from '../error.ts';
import { type Answer, type Call, type MethodTable, single } from '../method.ts';
import { isYes, toEntries, toText } from '../params.ts';
import { PLACEMENT_CODES, SINGLE_PLACEMENTS } from '../placement-codes.ts';
import { requireHandlerUrl, requireInstallation } from './events.ts';

const SCOPES = ['placement'];

export const PLACEMENT_METHODS: MethodTable = {
  'placement.bind': { scopes: SCOPES, appOnly: true, run: bind },
  'placement.get': { scopes: SCOPES, appOnly: true, run: list },
  'placement.list': { scopes: SCOPES, appOnly: true, run: listCodes },
  'placement.unbind': { scopes: SCOPES, appOnly: true, run: unbind },
};

function bind(call: Call): Answer {
  const installation = requireAdmin(call);
  const code = requireArgument(call, 'PLACEMENT').toUpperCase();
  const handler = requireArgument(call, 'HANDLER');
  requireHandlerUrl(handler, 'EMPTY_ERROR_HANDLER_URL');
  if (!codesFor(call).includes(code)) throw new RestError(400, 'ERROR_PLACEMENT_NOT_FOUND', 'Placement not found');
  const bound = installation.placements.filter((placement) => placement.placement === code);
  if (bound.some((placement) => placement.handler === handler)) {
    throw new RestError(400, 'ERROR_CORE', 'Unable to set placement handler: Handler already binded');
  }
  if (bound.length > 0 && SINGLE_PLACEMENTS.has(code)) {
    throw new RestError(400, 'ERROR_PLACEMENT_MAX_COUNT', 'Placement handlers maximum count reached');
  }
  installation.placements.push({
    placement: code,
    handler,
    title: toText(call.params.title),
    description: toText(call.params.description),
    langAll: readLanguages(call.params.lang_all),
  });
  return single(true);
}

function list(call: Call): Answer {
  const rows = requireAdmin(call).placements.map(({ placement, handler, title, description, langAll }) => ({
    placement,
    userId: 0,
    handler,
    options: [],
    title,
    description,
    langAll: Object.keys(langAll).length === 0 ? [] : langAll,
  }));
  return { result: rows, records: rows.length };
}

function listCodes(call: Call): Answer {
  const scope = toText(call.params.scope);
  const all = isYes(call.params.full) ? [...PLACEMENT_CODES.values()].flat() : codesFor(call);
  const codes = scope === '' ? all : all.filter((code) => PLACEMENT_CODES.get(scope)?.includes(code));
  return { result: codes, records: codes.length };
}

/** `count` is one for each record found and one more for each deleted: twice the number removed. */
function unbind(call: Call): Answer {
  const installation = requireAdmin(call);
  const code = requireArgument(call, 'PLACEMENT').toUpperCase();
  const handler = toText(call.params.handler);
  const kept = installation.placements.filter((one) => one.placement !== code || (handler !== '' && one.handler !== handler));
  const count = (installation.placements.length - kept.length) * 2;
  installation.placements = kept;
  return single({ count });
}

function requireAdmin(call: Call): Installation {
  if (!call.caller.user.isAdmin) throw adminRequired();
  return requireInstallation(call);
}

function requireArgument(call: Call, name: string): string {
  const value = toText(call.params[name.toLowerCase()]);
  if (value === '') throw new RestError(400, 'ERROR_ARGUMENT', `Argument '${name}' is null or empty`, { argument: name });
  return value;
}

function codesFor(call: Call): string[] {
  const { scopes } = call.caller;
  return [...PLACEMENT_CODES].flatMap(([scope, codes]) => (scope === '' || scopes?.has(scope) ? codes : []));
}

function readLanguages(value: unknown): Placement['langAll'] {
  const languages: Placement['langAll'] = {};
  for (const [language, texts] of toEntries(value) ?? []) {
    const map = new Map(toEntries(texts) ?? []);
    languages[language] = {
      TITLE: toText(map.get('TITLE')),
      DESCRIPTION: toText(map.get('DESCRIPTION')),
      GROUP_NAME: toText(map.get('GROUP_NAME')),
    };
  }
  return languages;
}
