import { AlertEmailSection } from "./alert-email.tsx";
import { AlertRules } from "./alert-rules.tsx";

/** When the owner is told that deliveries fail, and where. */
export function AlertsPage() {
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Alerts</h1>
          <p className="dim">Who is told when deliveries fail.</p>
        </div>
      </div>
      <AlertEmailSection />
      <AlertRules />
    </>
  );
}
