import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api } from '../../api.ts';
import { useApp } from '../../context.ts';
import type { DashboardModel } from '../dashboard/dashboard-model.ts';
import type { OnboardingDeps, OnboardingModel } from './onboarding-model.ts';

/** Most pages are opened after onboarding: its code and texts wait until it is under way, or somebody begins it anew. */
const loadOnboarding = () => import('./onboarding.tsx');

/** Onboarding as the page has it once its code is loaded. */
type OnboardingPart = Pick<Awaited<ReturnType<typeof loadOnboarding>>, 'Onboarding' | 'OnboardingNote'> & {
  model: OnboardingModel;
};

interface Gate {
  /** It is not known yet whether the dashboard is what this person should see. */
  isDeciding: boolean;
  part: OnboardingPart | null;
  /** Onboarding is over, and another round may begin. */
  canTrack: boolean;
  /** Rejects where the code cannot be loaded. */
  enter: () => Promise<void>;
}

interface GateDeps {
  api: Api;
  dashboard: DashboardModel;
  isAdmin: boolean;
}

/** Whether onboarding is under way; administrators alone take its steps. */
export function useOnboarding({ api, dashboard, isAdmin }: GateDeps): Gate {
  const { i18n } = useApp();
  const [isDeciding, setDeciding] = useState(isAdmin);
  const [isOver, setOver] = useState(false);
  const [part, setPart] = useState<OnboardingPart | null>(null);

  const loading = useRef<Promise<OnboardingModel> | null>(null);

  const load = async (seen: Pick<OnboardingDeps, 'isPutOff' | 'wasUnderWay'>) => {
    const { createPart, ONBOARDING_TEXTS, ...screens } = await loadOnboarding();
    await i18n.load(ONBOARDING_TEXTS);
    const model = createPart({ api, dashboard, ...seen });
    setPart({ ...screens, model });
    return model;
  };
  /** Once, however often the button is pressed while it loads. */
  const loadOnce = () => {
    loading.current ??= load({ isPutOff: false, wasUnderWay: false }).finally(() => {
      loading.current = null;
    });
    return loading.current;
  };
  useEffect(() => {
    if (!isAdmin) return;
    const look = async () => {
      const { state, created, isPutOff } = await api.getOnboardingStep();
      if (state === 'complete') {
        setOver(true);
        showMade(dashboard, created);
      } else await load({ isPutOff, wasUnderWay: true });
    };
    // Where it cannot be known, the dashboard is right in any case.
    look()
      .catch(() => {})
      .finally(() => setDeciding(false));
  }, []);
  return {
    isDeciding,
    part,
    canTrack: part ? part.model.reply.value?.state === 'complete' : isOver,
    enter: async () => (part?.model ?? (await loadOnce())).enter(),
  };
}

/** A page that was opened while a round ended has a dashboard of before its end. */
async function showMade(dashboard: DashboardModel, created: readonly string[]): Promise<void> {
  if (dashboard.isLoading.peek()) await dashboard.refresh();
  const shown = new Set(dashboard.reply.peek()?.widgets.map(({ id }) => id));
  if (dashboard.reply.peek() && created.some((id) => !shown.has(id))) dashboard.reload();
}

/** Begins another round. */
export function TrackButton({ onClick }: { onClick: () => void }) {
  const label = useApp().i18n.t('action.track');
  return (
    <button type="button" class="button button-quiet" aria-label={label} title={label} onClick={onClick}>
      <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M2 4h6M12 4h2M2 12h2M8 12h6M8 2.400v3.200M6 10.400v3.200" />
      </svg>
      <span>{label}</span>
    </button>
  );
}
