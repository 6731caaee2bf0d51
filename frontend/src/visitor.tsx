/** Where the page of share links starts. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { VisitorPage } from "./features/visitor";
import { trustIcons } from "./ui/trusted-types";

import "./styles.css";

const root = document.getElementById("root");
if (!root) throw new Error("s.html has no #root");

trustIcons();
createRoot(root).render(
  <StrictMode>
    <VisitorPage />
  </StrictMode>,
);
