// Starts the page: texts first, so that nothing is ever shown without words.
import "@mantine/core/styles.css";
import "@mantine/dates/styles.css";
import "@mantine/notifications/styles.css";
import "./app/page.css";
import "./app/dates.css";
import "./app/touch.css";
import "dayjs/locale/zh-cn";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { startText } from "./text/language";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
await startText();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
