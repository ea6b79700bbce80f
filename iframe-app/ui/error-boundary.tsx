import { Component, type ComponentChildren } from 'preact';

interface ErrorBoundaryProps {
  fallback: ComponentChildren;
  children: ComponentChildren;
}

/** Draws the fallback where its children cannot be drawn, so that one broken widget does not blank the page. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError() {
    return { failed: true };
  }

  override componentDidUpdate(before: ErrorBoundaryProps) {
    // Other content may well be drawable.
    if (this.state.failed && before.children !== this.props.children) this.setState({ failed: false });
  }

  override render({ fallback, children }: ErrorBoundaryProps) {
    return this.state.failed ? fallback : children;
  }
}
