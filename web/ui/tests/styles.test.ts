// @vitest-environment node
// Styles stand beside the components they style and come with them: a class is used in the folder of its stylesheet only,
// or it is defined in src/app, which is always there.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";

const SOURCE = join(__dirname, "../src");
const files = (ending: RegExp): string[] =>
  readdirSync(SOURCE, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));

it("loads the styles of every class wherever it is used", () => {
  const sheets = files(/\.css$/).map((path) => ({
    folder: dirname(path),
    name: relative(SOURCE, path),
    classes: new Set(
      [...readFileSync(path, "utf8").matchAll(/\.([a-z][a-z-]+)/g)].map(([, name]) => name ?? ""),
    ),
  }));
  const strayed: string[] = [];
  for (const path of files(/\.tsx$/)) {
    const used = [...readFileSync(path, "utf8").matchAll(/className=[{"`]+([a-z][a-z -]+)/g)].flatMap(
      ([, names]) => (names ?? "").trim().split(" "),
    );
    for (const name of used) {
      const defining = sheets.filter(({ classes }) => classes.has(name));
      const reached = defining.some(
        ({ folder }) => folder === join(SOURCE, "app") || dirname(path).startsWith(folder),
      );
      if (defining.length > 0 && !reached)
        strayed.push(
          `${relative(SOURCE, path)}: .${name} is in ${defining.map((sheet) => sheet.name).join()}`,
        );
    }
  }
  expect(strayed).toEqual([]);
});
