// A publisher's page with Svix's own component in it. Not typed: its types are for an older React.
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { AppPortal } from "svix-react";
import "svix-react/style.css";

const props = JSON.parse(new URLSearchParams(window.location.search).get("props") ?? "{}");
createRoot(document.getElementById("host")).render(createElement(AppPortal, props));
