// The farmer's diary: its own page and script, see ./diary/.
import { start } from "./diary/app.js";

start();
