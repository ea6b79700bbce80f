import { useEffect } from 'preact/hooks';
import type { Member } from '../../../contract/members.ts';
import type { ApiError } from '../../api.ts';
import { useApp } from '../../context.ts';
import { fillText } from '../../fill-text.ts';
import { Button } from '../../ui/button.tsx';
import type { DashboardModel } from '../dashboard/dashboard-model.ts';
import type { MembersModel } from './members-model.ts';
import type { AreaTexts } from './settings-area-texts.ts';
import { Card } from './settings-card.tsx';
import { toProblem } from './settings-model.ts';
import { Failure, Outcome } from './settings-outcome.tsx';
import type { SettingsTexts } from './settings-texts.ts';

interface MemberSettingsProps {
  model: MembersModel;
  dashboard: Pick<DashboardModel, 'reply'>;
  texts: SettingsTexts;
  area: AreaTexts;
}

/** Who may look, and who may change what everyone sees. */
export function MemberSettings({ model, dashboard, texts, area }: MemberSettingsProps) {
  const members = model.members.value;
  const loading = model.loading.value;
  const changing = model.changing.value;
  const isLastAdmin = changing.kind === 'failed' && changing.error.code === 'wrong_state';
  useEffect(() => {
    model.load();
  }, [model]);
  return (
    <Card title={area['section.members']}>
      <p>{area['members.text']}</p>
      {members === null && loading.kind !== 'failed' && <p class="settings-note">{texts.loading}</p>}
      {members === null && loading.kind === 'failed' && (
        <>
          <Failure error={loading.error} problem={toProblem(loading.error)} texts={texts} />
          <Button onClick={model.load}>{texts.retry}</Button>
        </>
      )}
      {members && (
        <ul class="settings-members">
          {members.map((member) => (
            <MemberRow
              key={member.id}
              {...{ member, model, area }}
              isBusy={changing.kind === 'busy'}
              timezone={dashboard.reply.value?.timezone ?? 'UTC'}
            />
          ))}
        </ul>
      )}
      {isLastAdmin && (
        <p class="settings-failed" role="alert">
          {area['members.lastAdmin']}
        </p>
      )}
      <Outcome
        id="members-outcome"
        task={isLastAdmin ? { kind: 'idle' } : changing}
        done={area['members.done']}
        toProblem={(error: ApiError) => toProblem(error)}
        texts={texts}
      />
    </Card>
  );
}

interface MemberRowProps {
  member: Member;
  model: MembersModel;
  area: AreaTexts;
  isBusy: boolean;
  timezone: string;
}

function MemberRow({ member, model, area, isBusy, timezone }: MemberRowProps) {
  const { format } = useApp();
  const { id, name, role, lastSeenAt, hasAccess, isSelf } = member;
  const seen = lastSeenAt && fillText(area['members.seen'], { time: format.moment(lastSeenAt, timezone, Date.now()) });
  return (
    <li class="settings-person">
      <div class="settings-member">
        <strong>
          {name}
          {isSelf && <span class="settings-self"> ({area['members.you']})</span>}
        </strong>
        <span class="settings-note">{hasAccess ? (seen ?? area['members.never']) : area['members.removed']}</span>
      </div>
      <div class="settings-row">
        {hasAccess && (
          <select
            aria-label={fillText(area['members.role'], { name })}
            value={role}
            disabled={isBusy}
            onChange={async (event) => {
              const select = event.currentTarget;
              await model.change(id, { role: select.value === 'admin' ? 'admin' : 'member' });
              // A change that was refused leaves what holds on show.
              select.value = model.members.value?.find((one) => one.id === id)?.role ?? role;
            }}
          >
            <option value="admin">{area['members.admin']}</option>
            <option value="member">{area['members.member']}</option>
          </select>
        )}
        <button
          type="button"
          class="button button-quiet"
          disabled={isBusy}
          aria-label={fillText(area[hasAccess ? 'members.removeOf' : 'members.restoreOf'], { name })}
          onClick={() => model.change(id, { hasAccess: !hasAccess })}
        >
          {area[hasAccess ? 'members.remove' : 'members.restore']}
        </button>
      </div>
    </li>
  );
}
