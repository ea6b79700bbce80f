import type { ComponentChildren, TargetedSubmitEvent } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Api } from '../api.ts';
import { useApp } from '../context.ts';
import { crmName } from '../crm-name.ts';
import type { Host } from '../host.ts';
import { Button } from '../ui/button.tsx';
import type { DashboardModel } from './dashboard-model.ts';
import { Notice } from './notice.tsx';
import {
  type Connection,
  createSettings,
  groupTimeZones,
  type SettingsModel,
  toProblem,
  toWebhookProblem,
  webhookUse,
} from './settings-model.ts';
import { Failure, Outcome } from './settings-outcome.tsx';
import { SyncSettings } from './settings-sync.tsx';
import { SETTINGS_TEXTS, type SettingsTexts } from './settings-texts.ts';
import type { SyncModel } from './sync-model.ts';
import type { Task } from './task.ts';

/** Permissions a webhook needs, as Bitrix24 names them in its form. */
const WEBHOOK_PERMISSIONS = ['crm', 'user_brief', 'department'];
/** What the server takes at most. */
const WEBHOOK_MAX_LENGTH = 300;

interface SettingsProps {
  api: Api;
  host: Pick<Host, 'openRecord'>;
  dashboard: DashboardModel;
  sync: SyncModel;
  onLeave: () => void;
}

/** What an administrator decides for everyone: which CRM is connected, whether it is copied, and where days begin. */
export function Settings({ api, host, dashboard, sync, onLeave }: SettingsProps) {
  const texts = SETTINGS_TEXTS[useApp().i18n.language];
  const [model] = useState(() => createSettings({ api, dashboard, sync }));
  const heading = useRef<HTMLHeadingElement>(null);
  const connections = model.connections.value;
  const use = connections && webhookUse(connections);
  const timezone = model.timezone.value;
  useEffect(() => {
    heading.current?.focus();
    model.load();
  }, [model]);

  if (model.isSessionOver.value) return <Notice kind="reopen" />;
  return (
    <main class="settings">
      <header class="page-head">
        <Button onClick={onLeave}>
          <BackIcon />
          {texts.back}
        </Button>
        <h1 ref={heading} tabIndex={-1}>
          {texts.title}
        </h1>
      </header>
      <Card title={texts.connections}>
        <Connections model={model} texts={texts} />
      </Card>
      {connections && connections.length > 0 && (
        <Card title={texts.sync}>
          <SyncSettings model={model} sync={sync} host={host} texts={texts} />
        </Card>
      )}
      {use && (
        <Card title={texts[`webhook.${use}`]}>
          <WebhookForm model={model} texts={texts} use={use} />
        </Card>
      )}
      {timezone && (
        <Card title={texts.timezone}>
          <TimezoneForm model={model} texts={texts} current={timezone} />
        </Card>
      )}
    </main>
  );
}

function Card({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="panel settings-card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

interface PartProps {
  model: SettingsModel;
  texts: SettingsTexts;
}

function Connections({ model, texts }: PartProps) {
  const connections = model.connections.value;
  const loading = model.loading.value;
  if (connections === null) {
    if (loading.kind !== 'failed') return <p class="settings-note">{texts.loading}</p>;
    return (
      <>
        <Failure error={loading.error} problem={toProblem(loading.error)} texts={texts} />
        <Button onClick={model.load}>{texts.retry}</Button>
      </>
    );
  }
  if (connections.length === 0) return <p class="settings-note">{texts.noConnections}</p>;
  return (
    <ul class="connections">
      {connections.map((connection) => (
        <ConnectionRow key={connection.crmSource} connection={connection} texts={texts} />
      ))}
    </ul>
  );
}

function ConnectionRow({ connection, texts }: { connection: Connection; texts: SettingsTexts }) {
  const { language } = useApp().i18n;
  const { crmSource, kind, portalUrl, status, errorMessage } = connection;
  return (
    <li>
      <div class="connection-name">
        <strong>{crmName(crmSource, language)}</strong>
        {portalUrl && <span>{portalUrl.replace(/^https?:\/\//, '')}</span>}
      </div>
      <span class="connection-status" data-status={status}>
        {texts[`status.${status}`]}
      </span>
      <p class="settings-note">{texts[`kind.${kind}`]}</p>
      {status !== 'active' && <p class="settings-note">{texts[`reconnect.${kind}`]}</p>}
      {status === 'active' && kind === 'app' && <p class="settings-note">{texts.appKeeps}</p>}
      {errorMessage && <p class="settings-note">{errorMessage}</p>}
    </li>
  );
}

function WebhookForm({ model, texts, use }: PartProps & { use: 'connect' | 'replace' }) {
  const field = useRef<HTMLInputElement>(null);
  const task = model.connecting.value;
  const isBusy = task.kind === 'busy';
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const input = field.current;
    if (!input || !(await model.connectWebhook(input.value.trim()))) return;
    input.value = '';
  };
  return (
    <form class="settings-form" onSubmit={submit}>
      <p>{texts[`webhook.${use}Text`]}</p>
      <ol>
        <li>{texts['webhook.step1']}</li>
        <li>
          {texts['webhook.step2']} <code>{WEBHOOK_PERMISSIONS.join(', ')}</code>
        </li>
        <li>{texts['webhook.step3']}</li>
      </ol>
      <label for="webhook-url">{texts['webhook.field']}</label>
      <div class="settings-row">
        {/* The secret lives in the field alone: without a name it is in no form data, and it is emptied once it is connected. */}
        <input
          ref={field}
          id="webhook-url"
          type="password"
          required
          maxLength={WEBHOOK_MAX_LENGTH}
          autoComplete="off"
          spellcheck={false}
          readOnly={isBusy}
          aria-describedby="webhook-secret webhook-outcome"
        />
        <button type="submit" class="button button-primary" disabled={isBusy}>
          {texts[isBusy ? 'webhook.busy' : 'webhook.submit']}
        </button>
      </div>
      <p id="webhook-secret" class="settings-note">
        {texts['webhook.secret']}
      </p>
      <Outcome id="webhook-outcome" task={task} done={texts['webhook.done']} toProblem={toWebhookProblem} texts={texts} />
    </form>
  );
}

function TimezoneForm({ model, texts, current }: PartProps & { current: string }) {
  const { format } = useApp();
  const [chosen, setChosen] = useState(current);
  const groups = useMemo(() => groupTimeZones(current, Intl.supportedValuesOf('timeZone')), [current]);
  const now = Date.now();
  const task = model.savingTimezone.value;
  const isBusy = task.kind === 'busy';
  // Another zone that is chosen is not saved.
  const shown: Task = task.kind === 'done' && chosen !== current ? { kind: 'idle' } : task;
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    await model.saveTimezone(chosen);
  };
  return (
    <form class="settings-form" onSubmit={submit}>
      <p id="timezone-text">{texts['timezone.text']}</p>
      <div class="settings-row">
        <select
          aria-label={texts.timezone}
          aria-describedby="timezone-text timezone-now"
          value={chosen}
          onChange={(event) => setChosen(event.currentTarget.value)}
        >
          {groups.map(({ region, zones }) => {
            const options = zones.map(({ id, city }) => (
              <option key={id} value={id}>
                {city}
              </option>
            ));
            return region === '' ? (
              options
            ) : (
              <optgroup key={region} label={region}>
                {options}
              </optgroup>
            );
          })}
        </select>
        <button type="submit" class="button button-primary" disabled={isBusy || chosen === current}>
          {texts[isBusy ? 'timezone.busy' : 'timezone.submit']}
        </button>
      </div>
      <p id="timezone-now" class="settings-note">
        {chosen} — {texts['timezone.now']}: {format.moment(new Date(now).toISOString(), chosen, now)}
      </p>
      <Outcome id="timezone-outcome" task={shown} done={texts['timezone.done']} toProblem={toProblem} texts={texts} />
    </form>
  );
}

function BackIcon() {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M13 8H3M7 4 3 8l4 4" />
    </svg>
  );
}
