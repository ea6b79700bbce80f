import type { CrmSource } from '../../../contract/crm.ts';
import type { DashboardFilter } from '../../../contract/dashboard-filter.ts';
import { toRangeFields } from '../../../contract/periods.ts';
import { useApp } from '../../context.ts';
import { crmName } from '../../crm-name.ts';
import { Button } from '../../ui/button.tsx';
import type { ArrangeModel } from './arrange-model.ts';
import type { DashboardT } from './dashboard-texts.ts';
import { RangeOptions, readRange } from './range-options.tsx';

interface DashboardBarProps {
  filter: DashboardFilter;
  onLook: (filter: DashboardFilter) => void;
  /** CRMs whose records there are. */
  crms: readonly CrmSource[];
  arrange: ArrangeModel;
  onAdd: () => void;
  onBin: () => void;
  t: DashboardT;
}

/** Above the cards: what all of them are looked at through, and what is done with them as a whole. */
export function DashboardBar({ filter, onLook, crms, arrange, onAdd, onBin, t }: DashboardBarProps) {
  const { i18n } = useApp();
  const isArranging = arrange.isOn.value;
  const range = filter.period ?? filter.range;
  // One that is no longer there can still be let go.
  const offered = filter.crm === null || crms.includes(filter.crm) ? crms : [...crms, filter.crm];
  return (
    <>
      <select
        class={range === null ? '' : 'is-set'}
        aria-label={t('bar.range')}
        value={range ?? ''}
        onChange={({ currentTarget: { value } }) => {
          const { timeRangeDays, period } = toRangeFields(readRange(value));
          onLook({ ...filter, range: timeRangeDays, period });
        }}
      >
        <option value="">{t('bar.ownRange')}</option>
        <RangeOptions present={range} t={t} />
      </select>
      {(offered.length > 1 || filter.crm !== null) && (
        <select
          class={filter.crm === null ? '' : 'is-set'}
          aria-label={t('bar.crm')}
          value={filter.crm ?? ''}
          onChange={({ currentTarget: { value } }) => onLook({ ...filter, crm: offered.find((crm) => crm === value) ?? null })}
        >
          <option value="">{t('bar.allCrms')}</option>
          {offered.map((crm) => (
            <option key={crm} value={crm}>
              {crmName(crm, i18n.language)}
            </option>
          ))}
        </select>
      )}
      {range !== null && <span class="bar-note">{t('bar.filtered')}</span>}
      <span class="bar-gap" />
      <Button onClick={onAdd}>+ {t('bar.add')}</Button>
      <Button onClick={arrange.toggle} kind={isArranging ? 'primary' : 'quiet'}>
        {t(isArranging ? 'bar.arranged' : 'bar.arrange')}
      </Button>
      <Button onClick={onBin}>{t('bar.bin')}</Button>
      {isArranging && <p class="bar-hint">{t(arrange.canArrange.value ? 'arrange.hint' : 'arrange.nothing')}</p>}
    </>
  );
}
