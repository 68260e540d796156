// Writes what the chart has of its values' comments: the descriptions of values.schema.json and the tables of
// README.md. With `--check` it writes nothing and fails if something is to be written.
//
//   bun charts/generate.ts [--check]

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Schema = { [key: string]: Json } & { properties?: Record<string, Schema>; description?: string };

/** A value with a comment of its own. */
interface Described {
  path: string[];
  section: string;
  text: string;
}

const CHART = join(import.meta.dir, "davit");
const CHECK = process.argv.includes("--check");
const [FROM, TO] = ["<!-- values: from the comments of values.yaml, by `make generate` -->", "<!-- end of values -->"];

const source = read("values.yaml");
const values = Bun.YAML.parse(source) as Json;
const described = comments(source);
everyValueIsDescribed(values, []);

const schema = JSON.parse(read("values.schema.json")) as Schema;
for (const { path, text } of described) describe(path, text);
everyPropertyIsDescribed(schema, "");
write("values.schema.json", `${JSON.stringify(schema, null, 2)}\n`);

const readme = read("README.md");
const [before, after] = [readme.indexOf(FROM), readme.indexOf(TO)];
if (before < 0 || after < before) fail(`README.md has no place for the values: write ${FROM} and ${TO}`);
write("README.md", `${readme.slice(0, before)}${FROM}\n${tables()}\n${readme.slice(after)}`);

/** The commented keys of block YAML with two spaces a level, in their order. */
function comments(text: string): Described[] {
  const found: Described[] = [];
  const keys: string[] = [];
  let [section, comment] = ["", [] as string[]];
  for (const line of text.split("\n")) {
    const [, title] = /^## (.+)$/.exec(line) ?? [];
    const [, said] = /^ *# (.+)$/.exec(line) ?? [];
    const [, indent, key] = /^( *)([\w./-]+):/.exec(line) ?? [];
    if (title !== undefined) section = title;
    else if (said !== undefined) comment.push(said);
    else {
      if (key !== undefined && indent !== undefined) {
        keys.splice(indent.length / 2, Infinity, key);
        if (comment.length > 0) found.push({ path: [...keys], section, text: comment.join(" ") });
      }
      comment = [];
    }
  }
  return found;
}

/** Whether a commented value lies below `path`. */
function isGroup(path: string[]): boolean {
  return described.some((one) => one.path.length > path.length && path.every((key, at) => key === one.path[at]));
}

function everyValueIsDescribed(value: Json, path: string[]): void {
  const own = described.some((one) => one.path.join() === path.join());
  if (own && !isGroup(path)) return;
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    fail(`values.yaml says nothing of ${path.join(".")}: write a comment above it`);
  }
  for (const [key, inner] of Object.entries(value)) everyValueIsDescribed(inner, [...path, key]);
}

function describe(path: string[], text: string): void {
  let place = schema;
  for (const [at, key] of path.entries()) {
    const reference = place.$ref;
    // What a definition has is described there, for all who refer to it.
    if (typeof reference === "string") return;
    const next = place.properties?.[key];
    if (next === undefined) fail(`values.schema.json does not know ${path.slice(0, at + 1).join(".")}: add it`);
    place = next;
  }
  place.description = text;
}

function everyPropertyIsDescribed(place: Json, path: string): void {
  if (place === null || typeof place !== "object") return;
  for (const [key, inner] of Object.entries(place)) {
    if (key === "properties") {
      for (const [name, property] of Object.entries(inner as Record<string, Schema>)) {
        if (!property.description) fail(`values.schema.json does not describe ${path}/${name}: give it a description`);
      }
    }
    // Conditions speak of properties that are described elsewhere.
    if (key !== "if" && key !== "then") everyPropertyIsDescribed(inner, `${path}/${key}`);
  }
}

function tables(): string {
  const sections = [...new Set(described.map((one) => one.section))];
  return sections.map(table).join("\n");
}

function table(section: string): string {
  const rows = described.filter((one) => one.section === section).map(row);
  return `### ${section}\n\n| value | default | meaning |\n|---|---|---|\n${rows.join("\n")}\n`;
}

function row({ path, text }: Described): string {
  const value = path.reduce<Json>((inner, key) => (inner as Record<string, Json>)[key] ?? null, values);
  const shown = isGroup(path) ? "" : `\`${JSON.stringify(value)}\``;
  return `| \`${path.join(".")}\` | ${shown} | ${text.replaceAll("|", "\\|")} |`;
}

function read(name: string): string {
  return readFileSync(join(CHART, name), "utf8");
}

function write(name: string, text: string): void {
  if (read(name) === text) return;
  if (CHECK) fail(`charts/davit/${name} is not what the values' comments make of it: run \`make generate\``);
  writeFileSync(join(CHART, name), text);
}

function fail(why: string): never {
  console.error(`charts/generate.ts: ${why}`);
  process.exit(1);
}
