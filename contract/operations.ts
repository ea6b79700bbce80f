import type { z } from 'zod';
import { type ErrorCode, problem } from './api.ts';
import { catalogReply, dimensionValuesReply, dimensionValuesRequest } from './catalog.ts';
import { chartConfig, chartData, kpiConfig, kpiData } from './charts.ts';
import { chatAnswer, chatHistoryReply, chatHistoryRequest, chatMessage, chatReply, chatRequest } from './chat.ts';
import { connectionRequest, connectionsReply } from './connections.ts';
import { crmMode, crmSource, entity } from './crm.ts';
import {
  dashboardFilter,
  dashboardReply,
  dashboardRequest,
  deletedWidget,
  drillExportRequest,
  drillRecord,
  drillReply,
  drillRequest,
  filterRequest,
  recordReply,
  recordRequest,
  widget,
  widgetBinReply,
  widgetConfig,
  widgetCreateRequest,
  widgetListReply,
  widgetPatchRequest,
  widgetPreview,
  widgetResult,
} from './dashboard.ts';
import { accessLogReply, accessLogRequest, deleteAllRequest, deletionReply, usageReply } from './data.ts';
import { kpiReply, kpiRequest } from './kpi.ts';
import { member, memberPatch, membersReply } from './members.ts';
import { onboardingLaterRequest, onboardingRefineRequest, onboardingReply, onboardingSelectRequest } from './onboarding.ts';
import { bootData, sessionReply, sessionRequest, signInRequest } from './session.ts';
import { businessHours, ownSettingsPatch, ownSettingsReply, settingsPatch, settingsReply } from './settings.ts';
import {
  emptyRequest,
  quarantineReply,
  quarantineRequest,
  syncRefreshReply,
  syncStartReply,
  syncStartRequest,
  syncState,
  syncStatusReply,
} from './sync.ts';

/** Schemas of what is sent to the server, by the name they have in the API's description. */
export const REQUEST_SCHEMAS = {
  ChatRequest: chatRequest,
  ConnectionRequest: connectionRequest,
  DashboardFilter: dashboardFilter,
  DeleteAllRequest: deleteAllRequest,
  DrillExportRequest: drillExportRequest,
  DrillRequest: drillRequest,
  EmptyRequest: emptyRequest,
  KpiRequest: kpiRequest,
  OnboardingLaterRequest: onboardingLaterRequest,
  OnboardingRefineRequest: onboardingRefineRequest,
  OnboardingSelectRequest: onboardingSelectRequest,
  MemberPatch: memberPatch,
  OwnSettingsPatch: ownSettingsPatch,
  SessionRequest: sessionRequest,
  SettingsPatch: settingsPatch,
  SignInRequest: signInRequest,
  SyncStartRequest: syncStartRequest,
  WidgetConfig: widgetConfig,
  WidgetCreateRequest: widgetCreateRequest,
  WidgetPatchRequest: widgetPatchRequest,
} as const satisfies Record<string, z.ZodType>;

/** Schemas of what the server answers, and of the parts that requests share with them. */
export const REPLY_SCHEMAS = {
  AccessLog: accessLogReply,
  BootData: bootData,
  BusinessHours: businessHours,
  Catalog: catalogReply,
  ChartConfig: chartConfig,
  ChartData: chartData,
  ChatAnswer: chatAnswer,
  ChatHistory: chatHistoryReply,
  ChatMessage: chatMessage,
  ChatReply: chatReply,
  Connections: connectionsReply,
  CrmMode: crmMode,
  CrmSource: crmSource,
  Dashboard: dashboardReply,
  DataSource: chartConfig.shape.dataSource,
  DeletedWidget: deletedWidget,
  DimensionValues: dimensionValuesReply,
  Deletion: deletionReply,
  DrillRecord: drillRecord,
  DrillReply: drillReply,
  Entity: entity,
  KpiReply: kpiReply,
  KpiConfig: kpiConfig,
  KpiData: kpiData,
  Onboarding: onboardingReply,
  Member: member,
  Members: membersReply,
  OwnSettings: ownSettingsReply,
  Problem: problem,
  Quarantine: quarantineReply,
  Record: recordReply,
  Session: sessionReply,
  Settings: settingsReply,
  SyncRefresh: syncRefreshReply,
  SyncStart: syncStartReply,
  SyncState: syncState,
  SyncStatus: syncStatusReply,
  Usage: usageReply,
  Widget: widget,
  WidgetBin: widgetBinReply,
  WidgetList: widgetListReply,
  WidgetPreview: widgetPreview,
  WidgetResult: widgetResult,
} as const satisfies Record<string, z.ZodType>;

type MediaType = 'application/json' | 'application/zip' | 'text/csv' | 'text/event-stream';

export interface Operation {
  summary: string;
  /** A rule that the schemas cannot say. */
  rule?: string;
  /** Who may ask: anyone, people with a session, or only those of them who administrate the CRM. */
  access: 'anyone' | 'session' | 'admin';
  query?: z.ZodObject;
  body?: keyof typeof REQUEST_SCHEMAS | keyof typeof REPLY_SCHEMAS;
  /** Takes the header `Idempotency-Key`. */
  isRepeatable?: true;
  /** Default: 200. */
  status?: 200 | 201 | 202 | 204;
  /** A schema's name for JSON, else a media type; left out where the answer has no body. */
  reply?: keyof typeof REQUEST_SCHEMAS | keyof typeof REPLY_SCHEMAS | MediaType;
  /** Has an ETag: 304 for a reader who has the answer already. */
  isConditional?: true;
  /** Besides those that follow from the rest. */
  errors?: readonly ErrorCode[];
}

/** Names in a config that the catalog does not know, or that do not go together. */
const CONFIG_ERRORS = ['unknown_field_name', 'invalid_combination'] as const;

/** Everything under /api that answers in JSON, CSV or events, as `METHOD /path`. A route that is missing here fails a test. */
export const OPERATIONS = {
  'GET /api/openapi.json': {
    summary: 'This description',
    access: 'anyone',
    reply: 'application/json',
    isConditional: true,
  },
  'POST /api/session': {
    summary: 'A session for a fresh proof from the CRM’s frame',
    access: 'anyone',
    body: 'SessionRequest',
    reply: 'Session',
    errors: ['not_authentic', 'connection_refused', 'crm_unavailable'],
  },
  'POST /api/session/code': {
    summary: 'A session for the one-time code of a sign-in link',
    access: 'anyone',
    body: 'SignInRequest',
    reply: 'BootData',
    errors: ['not_authentic'],
  },
  'POST /api/session/renew': {
    summary: 'Prolongs a session that a sign-in link began',
    access: 'session',
    reply: 'Session',
    errors: ['not_authentic'],
  },
  'GET /api/connections': { summary: 'The connected CRMs', access: 'session', reply: 'Connections' },
  'POST /api/connections': {
    summary: 'Connects a CRM by an inbound webhook',
    access: 'admin',
    body: 'ConnectionRequest',
    status: 201,
    reply: 'Connections',
    errors: ['wrong_state', 'connection_refused', 'crm_unavailable'],
  },
  'PATCH /api/settings': {
    summary: 'Changes settings of the tenant',
    rule: 'At least one field. The time zone is one of the IANA database and no abbreviation (CET), the currency one that the CRM has a rate for.',
    access: 'admin',
    body: 'SettingsPatch',
    reply: 'Settings',
  },
  'GET /api/settings': { summary: 'The settings of the tenant', access: 'admin', reply: 'Settings' },
  'GET /api/settings/own': {
    summary: 'What a person has chosen for themselves',
    access: 'session',
    reply: 'OwnSettings',
  },
  'PATCH /api/settings/own': {
    summary: 'Changes what a person has chosen for themselves',
    access: 'session',
    body: 'OwnSettingsPatch',
    reply: 'OwnSettings',
    errors: ['not_found'],
  },
  'GET /api/members': { summary: 'The people who have opened LeadRelay', access: 'admin', reply: 'Members' },
  'PATCH /api/members/{id}': {
    summary: 'Gives a person another role, or takes their access',
    rule: 'At least one field. One administrator with access has to be left.',
    access: 'admin',
    body: 'MemberPatch',
    reply: 'Members',
    errors: ['not_found', 'wrong_state'],
  },
  'GET /api/data/usage': {
    summary: 'How much is copied of the CRM',
    access: 'admin',
    reply: 'Usage',
  },
  'GET /api/data/access-log': {
    summary: 'Who looked at what, the latest first',
    access: 'admin',
    query: accessLogRequest,
    reply: 'AccessLog',
  },
  'GET /api/data/export': {
    summary: 'Everything that is copied, as a ZIP of CSV files',
    access: 'admin',
    reply: 'application/zip',
  },
  'GET /api/data/deletion': {
    summary: 'When everything is erased, if that was asked for',
    rule: 'Answers also while other operations are refused with `tenant_deleting`.',
    access: 'session',
    reply: 'Deletion',
  },
  'POST /api/data/delete-all': {
    summary: 'Has everything erased in 30 days',
    rule: '`confirmation` is what GET /api/data/usage says: the domain of the CRM.',
    access: 'admin',
    body: 'DeleteAllRequest',
    status: 202,
    reply: 'Deletion',
  },
  'POST /api/data/delete-all/undo': {
    summary: 'Takes the erasure back',
    rule: 'Answers also while other operations are refused with `tenant_deleting`. The CRM has to be connected again.',
    access: 'admin',
    body: 'EmptyRequest',
    reply: 'Deletion',
    errors: ['wrong_state'],
  },
  'GET /api/crm/sync/status': { summary: 'How far the copy of the CRM is', access: 'session', reply: 'SyncStatus' },
  'GET /api/crm/sync/events': {
    summary: 'The same as server-sent events: `status` at once and at every change, its data a SyncStatus',
    access: 'session',
    reply: 'text/event-stream',
  },
  'POST /api/crm/sync/start': {
    summary: 'Reads the CRM again',
    rule: 'Changes are read of everything: `entities` only goes with `full`.',
    access: 'admin',
    body: 'SyncStartRequest',
    status: 202,
    reply: 'SyncStart',
    errors: ['wrong_state', 'invalid_combination'],
  },
  'POST /api/crm/sync/refresh': {
    summary: 'Asks the CRM for changes soon',
    access: 'session',
    body: 'EmptyRequest',
    status: 202,
    reply: 'SyncRefresh',
    errors: ['wrong_state'],
  },
  'POST /api/crm/sync/pause': {
    summary: 'Stops reading the CRM until it is resumed',
    access: 'admin',
    body: 'EmptyRequest',
    reply: 'SyncStatus',
    errors: ['wrong_state'],
  },
  'POST /api/crm/sync/resume': {
    summary: 'Goes on reading the CRM',
    access: 'admin',
    body: 'EmptyRequest',
    reply: 'SyncStatus',
    errors: ['wrong_state'],
  },
  'GET /api/crm/sync/quarantine': {
    summary: 'Records of which something could not be used',
    access: 'admin',
    query: quarantineRequest,
    reply: 'Quarantine',
  },
  'GET /api/dashboard/data': {
    summary: 'Every widget, or those that are asked for, with their numbers',
    access: 'session',
    query: dashboardRequest,
    reply: 'Dashboard',
    errors: ['not_found'],
    isConditional: true,
  },
  'PUT /api/dashboard/filter': {
    summary: 'Keeps what a person looks at the dashboard through, for the next time they open it',
    access: 'session',
    body: 'DashboardFilter',
    status: 204,
    errors: ['not_found'],
  },
  'GET /api/dashboard/record': {
    summary: 'One record and what happened to it',
    access: 'session',
    query: recordRequest,
    reply: 'Record',
    errors: ['not_found'],
  },
  'GET /api/dashboard/widgets': { summary: 'The widgets, in order', access: 'session', reply: 'WidgetList' },
  'POST /api/dashboard/widgets': {
    summary: 'Adds a widget at the end',
    access: 'session',
    body: 'WidgetCreateRequest',
    isRepeatable: true,
    status: 201,
    reply: 'Widget',
    errors: [...CONFIG_ERRORS, 'wrong_state'],
  },
  'GET /api/dashboard/widgets/bin': {
    summary: 'Deleted widgets that can be brought back',
    access: 'session',
    reply: 'WidgetBin',
  },
  'PATCH /api/dashboard/widgets/{id}': {
    summary: 'Changes a widget',
    rule: 'At least one field. Of a standard widget nothing can be changed.',
    access: 'session',
    body: 'WidgetPatchRequest',
    reply: 'Widget',
    errors: [...CONFIG_ERRORS, 'not_found', 'wrong_state'],
  },
  'DELETE /api/dashboard/widgets/{id}': {
    summary: 'Moves a widget to the bin',
    access: 'session',
    status: 204,
    errors: ['not_found', 'wrong_state'],
  },
  'POST /api/dashboard/widgets/{id}/restore': {
    summary: 'Brings a widget back from the bin',
    access: 'session',
    reply: 'Widget',
    errors: ['not_found', 'wrong_state'],
  },
  'GET /api/dashboard/widgets/{id}/csv': {
    summary: 'A widget’s numbers as a file',
    rule: 'In English RFC 4180; in the other languages semicolons and decimal commas, as their spreadsheets expect.',
    access: 'session',
    query: filterRequest,
    reply: 'text/csv',
    errors: [...CONFIG_ERRORS, 'not_found', 'wrong_state'],
  },
  'GET /api/dashboard/onboarding': {
    summary: 'Where the tenant is on its way to a dashboard of its own',
    access: 'session',
    reply: 'Onboarding',
  },
  'POST /api/dashboard/onboarding/start': {
    summary: 'Begins the way',
    rule: 'Repeated before categories are chosen, it changes nothing.',
    access: 'admin',
    body: 'EmptyRequest',
    reply: 'Onboarding',
    errors: ['wrong_state'],
  },
  'POST /api/dashboard/onboarding/select': {
    summary: 'Chooses what the dashboard is to be about',
    rule: 'Each category once, and only available ones. May be repeated until the questions are answered.',
    access: 'admin',
    body: 'OnboardingSelectRequest',
    reply: 'Onboarding',
    errors: ['wrong_state', 'invalid_value'],
  },
  'POST /api/dashboard/onboarding/refine': {
    summary: 'Answers the questions and has the dashboard made',
    rule: 'A question that is left out is answered as recommended.',
    access: 'admin',
    body: 'OnboardingRefineRequest',
    reply: 'Onboarding',
    errors: ['wrong_state', 'invalid_value'],
  },
  'POST /api/dashboard/onboarding/later': {
    summary: 'Puts onboarding off for oneself, or goes on with it',
    rule: 'Holds until the round is over; after that there is nothing to put off.',
    access: 'session',
    body: 'OnboardingLaterRequest',
    reply: 'Onboarding',
    errors: ['not_found'],
  },
  'POST /api/dashboard/reconfigure': {
    summary: 'Begins another round, which keeps what is on the dashboard',
    access: 'admin',
    body: 'EmptyRequest',
    reply: 'Onboarding',
    errors: ['wrong_state'],
  },
  'GET /api/dashboard/catalog': {
    summary: 'What widgets can be made of, in the person’s language',
    access: 'session',
    reply: 'Catalog',
  },
  'GET /api/dashboard/catalog/values': {
    summary: 'The values of a dimension that records have, by which a widget can be narrowed',
    access: 'session',
    query: dimensionValuesRequest,
    reply: 'DimensionValues',
    errors: CONFIG_ERRORS,
  },
  'POST /api/dashboard/preview': {
    summary: 'The numbers a widget would show',
    access: 'session',
    body: 'WidgetCreateRequest',
    reply: 'WidgetPreview',
    errors: CONFIG_ERRORS,
  },
  'POST /api/dashboard/kpi': {
    summary: 'The one number a question in words asks for',
    rule: 'Of one person 10 questions a minute.',
    access: 'session',
    body: 'KpiRequest',
    reply: 'KpiReply',
  },
  'POST /api/dashboard/chat': {
    summary: 'Answers a message and keeps both',
    rule: 'Of one person 10 messages a minute and 200 a day, in a body of 16 KB at most.',
    access: 'session',
    body: 'ChatRequest',
    reply: 'ChatReply',
  },
  'GET /api/dashboard/chat/history': {
    summary: 'One’s own conversation, a page of its end',
    access: 'session',
    query: chatHistoryRequest,
    reply: 'ChatHistory',
  },
  'POST /api/dashboard/drill': {
    summary: 'The records that a number counted, a page of them',
    rule: 'Exactly one of `config` and `widgetId`.',
    access: 'session',
    body: 'DrillRequest',
    reply: 'DrillReply',
    errors: [...CONFIG_ERRORS, 'invalid_id', 'not_found', 'wrong_state'],
  },
  'POST /api/dashboard/drill/csv': {
    summary: 'The same as a file, the latest 10,000 records',
    rule: 'Exactly one of `config` and `widgetId`. Separators are those of the widget’s file.',
    access: 'admin',
    body: 'DrillExportRequest',
    reply: 'text/csv',
    errors: [...CONFIG_ERRORS, 'invalid_id', 'not_found', 'wrong_state'],
  },
} as const satisfies Record<string, Operation>;
