import type { TargetedSubmitEvent } from 'preact';
import { useRef } from 'preact/hooks';
import { useApp } from '../../context.ts';
import { crmName } from '../../crm-name.ts';
import type { I18n } from '../../i18n.ts';
import { Button, SubmitButton } from '../../ui/button.tsx';
import { Card } from './settings-card.tsx';
import { type Connection, type SettingsModel, toProblem, toWebhookProblem, webhookUse } from './settings-model.ts';
import { Failure, Outcome } from './settings-outcome.tsx';
import { SETTINGS_TEXTS } from './settings-texts.ts';

/** Permissions a webhook needs, as Bitrix24 names them in its form. */
const WEBHOOK_PERMISSIONS = ['crm', 'user_brief', 'department'];
/** What the server takes at most. */
const WEBHOOK_MAX_LENGTH = 300;

interface PartProps {
  model: SettingsModel;
}

/** Which CRMs are connected, and how to connect one. */
export function ConnectionSettings({ model }: PartProps) {
  const t = useApp().i18n.of(SETTINGS_TEXTS);
  const connections = model.connections.value;
  const use = connections && webhookUse(connections);
  return (
    <>
      <Card title={t('section.connections')}>
        <Connections model={model} />
      </Card>
      {use && (
        <Card title={t(`webhook.${use}`)}>
          <WebhookForm model={model} use={use} />
        </Card>
      )}
    </>
  );
}

function Connections({ model }: PartProps) {
  const t = useApp().i18n.of(SETTINGS_TEXTS);
  const connections = model.connections.value;
  const loading = model.loading.value;
  if (connections === null) {
    if (loading.kind !== 'failed') return <p class="settings-note">{t('loading')}</p>;
    return (
      <>
        <Failure error={loading.error} problem={toProblem(loading.error)} />
        <Button onClick={model.load}>{t('retry')}</Button>
      </>
    );
  }
  if (connections.length === 0) return <p class="settings-note">{t('noConnections')}</p>;
  return (
    <ul class="connections">
      {connections.map((connection) => (
        <ConnectionRow key={connection.crmSource} connection={connection} />
      ))}
    </ul>
  );
}

function ConnectionRow({ connection }: { connection: Connection }) {
  const { i18n } = useApp();
  const t = i18n.of(SETTINGS_TEXTS);
  const { crmSource, kind, portalUrl, status } = connection;
  const advice = adviceOn(connection, i18n);
  return (
    <li>
      <div class="connection-name">
        <strong>{crmName(crmSource, i18n.language)}</strong>
        {portalUrl && <span>{portalUrl.replace(/^https?:\/\//, '')}</span>}
      </div>
      <span class="connection-status" data-status={status}>
        {t(`status.${status}`)}
      </span>
      <p class="settings-note">{t(`kind.${kind}`)}</p>
      {advice && <p class="settings-note">{advice}</p>}
    </li>
  );
}

/** What a person can do about it, or need not; null: it is as they have made it. */
function adviceOn({ status, kind }: Connection, i18n: I18n): string | null {
  const t = i18n.of(SETTINGS_TEXTS);
  if (status === 'active') return kind === 'app' ? t('appKeeps') : null;
  const isGone = status === 'reauth' || status === 'uninstalled';
  return isGone ? t(`reconnect.${kind}`) : i18n.t(`syncProblem.${status}.text`);
}

function WebhookForm({ model, use }: PartProps & { use: 'connect' | 'replace' }) {
  const t = useApp().i18n.of(SETTINGS_TEXTS);
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
      <p>{t(`webhook.${use}Text`)}</p>
      <ol>
        <li>{t('webhook.step1')}</li>
        <li>
          {t('webhook.step2')} <code>{WEBHOOK_PERMISSIONS.join(', ')}</code>
        </li>
        <li>{t('webhook.step3')}</li>
      </ol>
      <label for="webhook-url">{t('webhook.field')}</label>
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
        <SubmitButton isBusy={isBusy}>{t(isBusy ? 'webhook.busy' : 'webhook.submit')}</SubmitButton>
      </div>
      <p id="webhook-secret" class="settings-note">
        {t('webhook.secret')}
      </p>
      <Outcome id="webhook-outcome" task={task} done={t('webhook.done')} toProblem={toWebhookProblem} />
    </form>
  );
}
