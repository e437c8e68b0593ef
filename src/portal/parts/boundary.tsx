import { Component, type ReactNode } from "react";
import { useLocation } from "wouter";
import { Button } from "./button.tsx";
import { Empty } from "./feedback.tsx";

/** Keeps what is around a page when the page fails: a part of it could not be loaded, or it has a mistake. */
export function Boundary({ children }: { children: ReactNode }) {
  const [location] = useLocation();
  return <Catcher at={location}>{children}</Catcher>;
}

type Props = { at: string; children: ReactNode };
/** `failedAt`: another page may work. */
type State = { failedAt: string | null };

class Catcher extends Component<Props, State> {
  override state: State = { failedAt: null };

  static getDerivedStateFromError(): Partial<State> {
    return { failedAt: "" };
  }

  static getDerivedStateFromProps({ at }: Props, { failedAt }: State): Partial<State> | null {
    if (failedAt === "") return { failedAt: at };
    return failedAt === null || failedAt === at ? null : { failedAt: null };
  }

  override render(): ReactNode {
    if (this.state.failedAt === null) return this.props.children;
    return (
      <Empty
        title="This page could not be shown"
        action={<Button onClick={() => window.location.reload()}>Load it again</Button>}
      >
        A part of it did not arrive, or it has a mistake.
      </Empty>
    );
  }
}
