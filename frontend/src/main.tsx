/** Where the page starts. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/App";
import { preload } from "./app/preload";
import { makeQueryClient } from "./app/query-client";
import { trustIcons } from "./ui/trusted-types";

import "./styles.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

trustIcons();
const client = makeQueryClient();
preload(client);
createRoot(root).render(
  <StrictMode>
    <App client={client} />
  </StrictMode>,
);
