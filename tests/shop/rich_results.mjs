// Reads things of JSON-LD from the standard input and prints what search engines would complain of.
import Validator from "@adobe/structured-data-validator";

let text = "";
for await (const part of process.stdin) text += part;
const jsonld = {};
for (const thing of JSON.parse(text)) (jsonld[thing["@type"]] ??= []).push(thing);
const issues = await new Validator().validate({ jsonld });
console.log(JSON.stringify(issues.map(({ severity, issueMessage, path }) => ({
  severity,
  issueMessage,
  path: path.map((step) => step.type ?? step.property).join(" > "),
}))));
