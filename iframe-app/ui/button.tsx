import type { ComponentChildren } from 'preact';

interface ButtonProps {
  children: ComponentChildren;
  onClick: () => void;
  kind?: 'primary' | 'quiet';
  /** It does nothing for now. */
  isBusy?: boolean;
}

/** Busy, it keeps the focus, which a disabled button loses: whoever works by keys would begin anew at the top of the page. */
export function Button({ children, onClick, kind = 'quiet', isBusy = false }: ButtonProps) {
  return (
    <button type="button" class={`button button-${kind}`} onClick={isBusy ? undefined : onClick} aria-disabled={isBusy}>
      {children}
    </button>
  );
}

interface SubmitButtonProps {
  children: ComponentChildren;
  kind?: 'primary' | 'danger';
  isBusy: boolean;
  /** Id of what explains it. */
  describedBy?: string;
}

/** Sends its form. Busy, it keeps the focus and sends nothing; Enter in a field, which clicks it, sends nothing then either. */
export function SubmitButton({ children, kind = 'primary', isBusy, describedBy }: SubmitButtonProps) {
  return (
    <button
      type="submit"
      class={`button button-${kind}`}
      onClick={(event) => isBusy && event.preventDefault()}
      aria-disabled={isBusy}
      aria-describedby={describedBy}
    >
      {children}
    </button>
  );
}
