import * as z from 'zod';
import { freshAuth, launchApp, rememberLaunch } from './app-launch.ts';
import { finishInstall } from './lifecycle.ts';
import { fullName, type PageContext, visibleInstallation } from './page-context.ts';
import { RECORD_KINDS, type RecordKindName } from './record-kinds.ts';
import { recordName } from './record-values.ts';

/** How many records and people a dialog offers. */
const DIALOG_ROWS = 50;

export interface FrameReply {
  status: number;
  body: unknown;
}

const frameRequest = z.object({ placement: z.string(), handler: z.string(), options: z.record(z.string(), z.unknown()) });
const optionRequest = z.object({ name: z.string().min(1), value: z.unknown() });
const recordsRequest = z.object({ types: z.array(z.string()) });

/**
 * What the portal's page asks its server for while it plays the parent of an app frame. `command` is the last part of the path.
 * @returns null for an unknown command
 */
export function answerFrame(context: PageContext, command: string, input: unknown): FrameReply | null {
  const { portal, deps, user, t } = context;
  if (command === 'launch') {
    const request = frameRequest.safeParse(input);
    if (!request.success) return badRequest();
    const result = launchApp(context, request.data);
    return result.ok ? ok(result.launch) : { status: 403, body: { message: t(result.reason) } };
  }
  const installation = visibleInstallation(context);
  if (!installation) return { status: 403, body: { message: t('denied') } };

  switch (command) {
    case 'refresh-auth':
      return ok(freshAuth(context));
    case 'first-run':
      rememberLaunch(installation, user.id);
      return ok({});
    case 'finish-install':
      // The page of an ordinary user has no installer in it.
      if (!user.isAdmin) return { status: 403, body: { message: t('notFinished') } };
      void finishInstall(portal, deps);
      return ok({});
    case 'app-option':
    case 'user-option': {
      const option = optionRequest.safeParse(input);
      if (!option.success) return badRequest();
      const { name, value } = option.data;
      const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
      if (command === 'user-option') {
        installation.userOptions.set(user.id, { ...installation.userOptions.get(user.id), [name]: text });
        return ok({});
      }
      // Settings of the whole app are an administrator's, as in app.option.set.
      if (!user.isAdmin) return { status: 403, body: { message: t('denied') } };
      installation.appOptions[name] = text;
      return ok({});
    }
    case 'people':
      return ok(people(context));
    case 'departments':
      return ok(portal.world.departments.map(({ id, name }) => ({ id: `DR${id}`, name })));
    case 'records': {
      const request = recordsRequest.safeParse(input);
      return request.success
        ? ok(request.data.types.filter(isRecordKind).flatMap((type) => newestRecords(context, type)))
        : badRequest();
    }
    default:
      return null;
  }
}

/** In the form selectUser gives them to an app. */
function people({ portal }: PageContext) {
  return portal.world.users
    .filter(({ active }) => active)
    .map((user) => ({
      id: String(user.id),
      name: fullName(user),
      photo: '',
      position: user.position,
      url: `/company/personal/user/${user.id}/`,
      sub: false,
      sup: false,
    }));
}

const ID_PREFIX: Record<RecordKindName, string> = { lead: 'L', deal: 'D', contact: 'C', company: 'CO' };

/** In the form selectCRM gives them to an app. */
function newestRecords({ portal }: PageContext, type: RecordKindName) {
  const table = RECORD_KINDS[type].table(portal.world);
  return table.idsBefore(table.maxId + 1, DIALOG_ROWS).map((id) => ({
    id: `${ID_PREFIX[type]}_${id}`,
    type,
    place: type,
    title: recordName(portal.world, type, id) ?? '',
    desc: '',
    url: `/crm/${type}/details/${id}/`,
    ...(type === 'contact' || type === 'company' ? { image: '' } : {}),
  }));
}

export function isRecordKind(name: string): name is RecordKindName {
  return Object.hasOwn(RECORD_KINDS, name);
}

function ok(body: unknown): FrameReply {
  return { status: 200, body };
}

function badRequest(): FrameReply {
  return { status: 400, body: { message: 'The request is not understood.' } };
}
