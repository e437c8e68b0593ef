import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { isFinal } from "./api/client.ts";
import { App } from "./app.tsx";
import { applyAppearance } from "./appearance.ts";
import { arrive } from "./arrive.ts";
import { keepFocus } from "./focus.ts";
import { reportHeight } from "./frame.ts";
import { Connection } from "./parts/connection.tsx";
import "./style/base.css";
import "./style/connection.css";
import "./style/controls.css";
import "./style/deployment.css";
import "./style/layout.css";
import "./style/pages.css";
import "./style/agents.css";
import "./style/alerts.css";
import "./style/combobox.css";
import "./style/inbox.css";
import "./style/keys.css";
import "./style/overview.css";

const MAX_RETRIES = 2;
const STALE_AFTER_MS = 2000;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: STALE_AFTER_MS,
      // Else what is asked for without a network waits for it in silence, and a change is made long after the click.
      networkMode: "always",
      retry: (failures, error) => !isFinal(error) && failures < MAX_RETRIES,
    },
    mutations: { networkMode: "always" },
  },
});

const arrival = arrive();
applyAppearance(arrival.appearance);
reportHeight();

const root = document.getElementById("portal");
if (root !== null) {
  keepFocus(root);
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <Connection />
        <Router base="/portal">
          <App arrival={arrival} />
        </Router>
      </QueryClientProvider>
    </StrictMode>,
  );
}
