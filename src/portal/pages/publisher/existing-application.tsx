import type { ReactNode } from "react";
import { useApplication } from "../../api/applications.ts";
import { isMissing } from "../../api/client.ts";
import { useApp } from "../../api/context.tsx";
import { ButtonLink } from "../../parts/button.tsx";
import { Empty } from "../../parts/feedback.tsx";

/** The pages of an application, unless there is no such one. */
export function ExistingApplication({ children }: { children: ReactNode }) {
  const { appId } = useApp();
  const application = useApplication(appId);
  if (!isMissing(application.error)) return children;
  return (
    <Empty
      title="There is no such application"
      action={<ButtonLink href="~/portal/apps">All applications</ButtonLink>}
    />
  );
}
