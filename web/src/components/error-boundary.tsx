// Keeps a fault in one part of the page from taking all of it away.

import { Component, type ReactNode } from "react";
import { text } from "../text";
import { Reload } from "./notice";

interface Props {
  children: ReactNode;
}

/** With another `key` it begins anew. What is around it goes on: a recording is sent to its end. */
export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <div className="notice notice-problem" role="alert" data-testid="fault">
        <p>{text.problem.fault}</p>
        <button type="button" className="button" onClick={() => this.setState({ failed: false })}>
          {text.retry}
        </button>
        <Reload />
      </div>
    );
  }
}
