import { useEffect } from 'preact/hooks';
import type { Member } from '../../../contract/members.ts';
import type { ApiError } from '../../api.ts';
import { useApp } from '../../context.ts';
import { Button } from '../../ui/button.tsx';
import type { DashboardModel } from '../dashboard/dashboard-model.ts';
import type { MembersModel } from './members-model.ts';
import { Card } from './settings-card.tsx';
import { toProblem } from './settings-model.ts';
import { Failure, Outcome } from './settings-outcome.tsx';
import { SETTINGS_TEXTS } from './settings-texts.ts';

interface MemberSettingsProps {
  model: MembersModel;
  dashboard: Pick<DashboardModel, 'reply'>;
}

/** Who may look, and who may change what everyone sees. */
export function MemberSettings({ model, dashboard }: MemberSettingsProps) {
  const t = useApp().i18n.of(SETTINGS_TEXTS);
  const members = model.members.value;
  const loading = model.loading.value;
  const changing = model.changing.value;
  const isLastAdmin = changing.kind === 'failed' && changing.error.code === 'wrong_state';
  useEffect(() => {
    model.load();
  }, [model]);
  return (
    <Card title={t('section.members')}>
      <p>{t('members.text')}</p>
      {members === null && loading.kind !== 'failed' && <p class="settings-note">{t('loading')}</p>}
      {members === null && loading.kind === 'failed' && (
        <>
          <Failure error={loading.error} problem={toProblem(loading.error)} />
          <Button onClick={model.load}>{t('retry')}</Button>
        </>
      )}
      {members && (
        <ul class="settings-members">
          {members.map((member) => (
            <MemberRow
              key={member.id}
              {...{ member, model }}
              isBusy={changing.kind === 'busy'}
              timezone={dashboard.reply.value?.timezone ?? 'UTC'}
            />
          ))}
        </ul>
      )}
      {isLastAdmin && (
        <p class="settings-failed" role="alert">
          {t('members.lastAdmin')}
        </p>
      )}
      <Outcome
        id="members-outcome"
        task={isLastAdmin ? { kind: 'idle' } : changing}
        done={t('members.done')}
        toProblem={(error: ApiError) => toProblem(error)}
      />
    </Card>
  );
}

interface MemberRowProps {
  member: Member;
  model: MembersModel;
  isBusy: boolean;
  timezone: string;
}

function MemberRow({ member, model, isBusy, timezone }: MemberRowProps) {
  const { i18n, format } = useApp();
  const t = i18n.of(SETTINGS_TEXTS);
  const { id, name, role, lastSeenAt, hasAccess, isSelf } = member;
  const seen = lastSeenAt && t('members.seen', { time: format.moment(lastSeenAt, timezone, Date.now()) });
  return (
    <li class="settings-person">
      <div class="settings-member">
        <strong>
          {name}
          {isSelf && <span class="settings-self"> ({t('members.you')})</span>}
        </strong>
        <span class="settings-note">{hasAccess ? (seen ?? t('members.never')) : t('members.removed')}</span>
      </div>
      <div class="settings-row">
        {hasAccess && (
          <select
            aria-label={t('members.role', { name })}
            value={role}
            disabled={isBusy}
            onChange={async (event) => {
              const select = event.currentTarget;
              await model.change(id, { role: select.value === 'admin' ? 'admin' : 'member' });
              // A change that was refused leaves what holds on show.
              select.value = model.members.value?.find((one) => one.id === id)?.role ?? role;
            }}
          >
            <option value="admin">{t('members.admin')}</option>
            <option value="member">{t('members.member')}</option>
          </select>
        )}
        {!isSelf && (
          <button
            type="button"
            class="button button-quiet"
            disabled={isBusy}
            aria-label={t(hasAccess ? 'members.removeOf' : 'members.restoreOf', { name })}
            onClick={() => model.change(id, { hasAccess: !hasAccess })}
          >
            {t(hasAccess ? 'members.remove' : 'members.restore')}
          </button>
        )}
      </div>
    </li>
  );
}
