import { Link } from "wouter";
import { useApplication } from "../../api/applications.ts";
import { useApp } from "../../api/context.tsx";

/** Where the publisher is, and the way back to the other applications. */
export function ApplicationTitle() {
  const { appId } = useApp();
  const application = useApplication(appId);
  const name = application.data?.name ?? appId;
  return (
    <span className="top-title grow cut" title={name}>
      <Link href="~/portal/apps">Applications</Link>
      <span className="dim" aria-hidden="true">
        {" / "}
      </span>
      {name}
    </span>
  );
}
