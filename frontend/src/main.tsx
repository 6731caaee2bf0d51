/** Entry point of the app. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { preload } from "./app/preload";
import { makeQueryClient } from "./app/query-client";
import { trustIcons } from "./ui/trusted-types";

import "./styles.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

/** What is there so soon is shown at once, and not after signs of loading that come and go. */
const SOON_MS = 250;
const soon = () => new Promise((resolve) => setTimeout(resolve, SOON_MS));

trustIcons();
const client = makeQueryClient();
void Promise.race([preload(client), soon()]).then(() =>
  createRoot(root).render(
    <StrictMode>
      <App client={client} />
    </StrictMode>,
  ),
);
