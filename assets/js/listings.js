// What helps vendors on top of forms that work without it: pictures and the table of prices.
import { cells } from "./cells.js";
import { pictures } from "./pictures.js";
import { uploads } from "./uploads.js";

cells(document);
pictures(document);
uploads(document);
