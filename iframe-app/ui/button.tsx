import type { ComponentChildren } from 'preact';

interface ButtonProps {
  children: ComponentChildren;
  onClick: () => void;
  kind?: 'primary' | 'quiet';
  isBusy?: boolean;
}

export function Button({ children, onClick, kind = 'quiet', isBusy = false }: ButtonProps) {
  return (
    <button type="button" class={`button button-${kind}`} onClick={onClick} disabled={isBusy}>
      {children}
    </button>
  );
}
