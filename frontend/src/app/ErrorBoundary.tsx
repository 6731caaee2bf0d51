/** Shows an error message and a way to continue when a page fails to render. */
import { Component, type ReactNode } from "react";

import { ApiProblem, toProblem } from "@/api";
import { ErrorState } from "@/ui";

type ErrorBoundaryProps = {
  title: string;
  children: ReactNode;
  /** Of the box around the complaint. */
  className?: string;
  /** Called before the children are tried again. */
  onRetry?: () => void;
};

type ErrorBoundaryState = { caught: { error: unknown } | null };

export class ErrorBoundary extends Component<ErrorBoundaryProps, ErrorBoundaryState> {
  override state: ErrorBoundaryState = { caught: null };

  static getDerivedStateFromError(error: unknown): ErrorBoundaryState {
    return { caught: { error } };
  }

  readonly #retry = (): void => {
    // Code that did not load (a new version was deployed) is not asked for twice by one page: start afresh.
    if (!(this.state.caught?.error instanceof ApiProblem)) {
      window.location.reload();
      return;
    }
    this.props.onRetry?.();
    this.setState({ caught: null });
  };

  override render(): ReactNode {
    const { caught } = this.state;
    if (caught === null) return this.props.children;
    return (
      <div className={this.props.className}>
        <ErrorState
          title={this.props.title}
          detail={toProblem(caught.error).detail}
          onRetry={this.#retry}
        />
      </div>
    );
  }
}
