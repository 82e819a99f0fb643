// Renders SVG drawings as PNG: node render.mjs FOLDER DRAWING...
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { Resvg } from "@resvg/resvg-js";

const [folder, ...drawings] = process.argv.slice(2);
for (const drawing of drawings) {
  const picture = new Resvg(readFileSync(drawing, "utf8"), { fitTo: { mode: "width", value: 512 } });
  writeFileSync(join(folder, basename(drawing, ".svg") + ".png"), picture.render().asPng());
}
