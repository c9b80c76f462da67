import { render } from "preact";
import { App } from "./app.tsx";
import { logIn } from "./base/api.ts";
import { takeLogin } from "./base/route.ts";
import "./base/theme.ts";
import "./style/base.css";
import "./style/library.css";
import "./style/watch.css";
import "./style/add.css";

const code = takeLogin();
// A code that is used up leaves the page as it is without one.
if (code !== undefined) await logIn({ code }).catch(() => {});
render(<App />, document.querySelector("#page") as HTMLElement);
