// Where the page begins.
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/controls.css";
import "./styles/layout.css";
import "./styles/stage.css";
import "./styles/dock.css";
import "./styles/strips.css";
import "./styles/panels.css";
import "./styles/floating.css";
import { render } from "preact";
import { Page } from "./page";
import { applyTheme } from "./state/theme";

applyTheme();
const root = document.getElementById("app");
if (root !== null) render(<Page />, root);
