interface ProgressBarProps {
  /** 0–1; null: under way, nobody knows how far. */
  value: number | null;
  label: string;
  size?: 'thick' | 'thin';
}

export function ProgressBar({ value, label, size = 'thin' }: ProgressBarProps) {
  const percent = value === null ? null : Math.floor(value * 100);
  return (
    <div
      class={`progress progress-${size}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent === null ? {} : { 'aria-valuenow': percent })}
    >
      <div
        class={percent === null ? 'progress-fill is-unknown' : 'progress-fill'}
        style={percent === null ? {} : { width: `${percent}%` }}
      />
    </div>
  );
}
