/** Entry point of the page of share links. */
import { lazy, StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { VisitorPage } from "./features/visitor";
import { trustIcons } from "./ui/trusted-types";

import "./styles.css";

// Of links by which guests add pictures, which few are.
const Collect = lazy(() => import("./features/upload/guests/GuestUpload"));

// s.html has the former; the latter needs no words of what would be wrong.
const root = document.getElementById("root") ?? document.body;

trustIcons();
createRoot(root).render(
  <StrictMode>
    <VisitorPage collect={Collect} />
  </StrictMode>,
);
