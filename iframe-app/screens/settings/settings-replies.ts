import type { ConnectionsReply } from '../../../contract/connections.ts';
import type { AccessLogEntry, AccessLogReply, UsageReply } from '../../../contract/data.ts';
import type { Member, MembersReply } from '../../../contract/members.ts';
import type { BusinessHours, OwnSettingsReply, SettingsReply, WorkingDay } from '../../../contract/settings.ts';
import type { QuarantineReply, RecordProblem } from '../../../contract/sync.ts';
import { arrayOf, isBoolean, isMoment, isNumber, isString, nullable, objectOf, oneOf } from '../../check.ts';
import { isCrmMode, isCrmSource, isEntity } from '../../replies.ts';

/** What only the settings are told; see check.ts. */

const isLanguage = oneOf<NonNullable<OwnSettingsReply['language']>>({
  en: true,
  ru: true,
  uz: true,
  kk: true,
  uk: true,
  tr: true,
});
const isDay = nullable(objectOf<NonNullable<WorkingDay>>({ from: isString, to: isString }));
const isBusinessHours = objectOf<BusinessHours>({
  ...{ mon: isDay, tue: isDay, wed: isDay, thu: isDay, fri: isDay },
  ...{ sat: isDay, sun: isDay },
});

export const isFullSettings = objectOf<SettingsReply>({
  timezone: isString,
  language: nullable(isLanguage),
  displayCurrency: nullable(isString),
  baseCurrency: nullable(isString),
  currencies: arrayOf(objectOf<SettingsReply['currencies'][number]>({ code: isString, name: isString })),
  businessHours: isBusinessHours,
});

export const isOwnSettings = objectOf<OwnSettingsReply>({ language: nullable(isLanguage), locale: isString });

export const isMembers = objectOf<MembersReply>({
  members: arrayOf(
    objectOf<Member>({
      id: isString,
      name: isString,
      role: oneOf<Member['role']>({ admin: true, member: true }),
      lastSeenAt: nullable(isMoment),
      hasAccess: isBoolean,
      isSelf: isBoolean,
    }),
  ),
});

export const isUsage = objectOf<UsageReply>({
  entities: arrayOf(objectOf<UsageReply['entities'][number]>({ entity: isEntity, records: isNumber, bytes: isNumber })),
  records: isNumber,
  bytes: isNumber,
  confirmation: isString,
});

export const isAccessLog = objectOf<AccessLogReply>({
  entries: arrayOf(
    objectOf<AccessLogEntry>({
      seq: isNumber,
      at: isMoment,
      who: objectOf<AccessLogEntry['who']>({
        kind: oneOf<AccessLogEntry['who']['kind']>({ user: true, system: true }),
        id: isString,
        name: nullable(isString),
      }),
      action: isString,
      entity: nullable(isString),
      member: nullable(isString),
      recordCount: nullable(isNumber),
    }),
  ),
  next: nullable(isNumber),
});

type Connection = ConnectionsReply['connections'][number];

export const isConnectionsReply = objectOf<ConnectionsReply>({
  connections: arrayOf(
    objectOf<Connection>({
      crmSource: isCrmSource,
      kind: oneOf<Connection['kind']>({ app: true, webhook: true }),
      portalUrl: nullable(isString),
      status: oneOf<Connection['status']>({
        active: true,
        reauth: true,
        blocked: true,
        paused: true,
        permissions_changed: true,
        uninstalled: true,
      }),
      mode: isCrmMode,
      errorMessage: nullable(isString),
    }),
  ),
});

type Quarantined = QuarantineReply['records'][number];

export const isQuarantineReply = objectOf<QuarantineReply>({
  records: arrayOf(
    objectOf<Quarantined>({
      crmSource: isCrmSource,
      entity: isEntity,
      externalId: isString,
      url: nullable(isString),
      problems: arrayOf(
        objectOf<Quarantined['problems'][number]>({
          field: nullable(isString),
          problem: oneOf<RecordProblem>({
            no_id: true,
            incomplete: true,
            record_too_large: true,
            text_cut: true,
            not_text: true,
            code_too_long: true,
            not_an_amount: true,
            amount_out_of_range: true,
            not_a_moment: true,
            moment_out_of_range: true,
            unknown_stage_meaning: true,
            unreadable: true,
          }),
        }),
      ),
      firstSeenAt: isMoment,
      lastSeenAt: isMoment,
    }),
  ),
  next: nullable(isString),
});
