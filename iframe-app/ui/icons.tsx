interface IconProps {
  /** Turns while something is under way. */
  spins?: boolean;
}

export function RefreshIcon({ spins = false }: IconProps) {
  return (
    <svg class={spins ? 'icon spins' : 'icon'} viewBox="0 0 16 16" aria-hidden="true">
      <path d="M13.5 8a5.5 5.5 0 1 1-1.6-3.9M13.5 1.8v3h-3" />
    </svg>
  );
}

export function GearIcon() {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="4.4" />
      <circle cx="8" cy="8" r="1.5" />
      <path
        stroke-width="2.4"
        stroke-linecap="butt"
        d="M8 4V1.4M8 12v2.6M4 8H1.4M12 8h2.6M5.2 5.2 3.3 3.3M10.8 10.8l1.9 1.9M10.8 5.2l1.9-1.9M5.2 10.8l-1.9 1.9"
      />
    </svg>
  );
}

export function AlertIcon() {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d="M8 1.8 15 14H1L8 1.8ZM8 6.2v3.4M8 11.7v.1" />
    </svg>
  );
}

/** The product's mark: bars handed on to an arrow. */
export function BrandMark() {
  return (
    <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect class="brand-ground" width="32" height="32" rx="9" />
      <path class="brand-lines" d="M9.500 24v-4M16 24v-7M22.500 24v-6M8.500 14l5.500-4.500 4.500 2.500 6-5.500" />
    </svg>
  );
}
