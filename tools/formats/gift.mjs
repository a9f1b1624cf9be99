// Reads GIFT files with the parser that is named first; prints what it found as JSON.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [parser, ...files] = process.argv.slice(2);
const { parse } = createRequire(import.meta.url)(parser);
console.log(JSON.stringify(files.map((file) => parse(readFileSync(file, "utf8")))));
