import { render } from "preact";
import { App } from "./app.tsx";
import { type ApiProblem, logIn, loginProblem } from "./base/api.ts";
import { takeLogin } from "./base/route.ts";
import "./base/theme.ts";
import "./style/base.css";
import "./style/library.css";
import "./style/watch.css";
import "./style/add.css";

const code = takeLogin();
// A code that is used up leaves the page as it is without one, and where it asks for the token it says why.
if (code !== undefined) await logIn({ code }).catch((problem: ApiProblem) => loginProblem.set(problem.message));
render(<App />, document.querySelector("#page") as HTMLElement);
