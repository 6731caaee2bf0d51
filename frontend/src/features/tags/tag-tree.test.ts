import { expect, test } from "vitest";

import { aTag } from "@/test/samples";

import { treeOf, type TagNode } from "./tag-tree";

const shape = (nodes: readonly TagNode[]): unknown =>
  nodes.map(({ tag, below }) => (below.length > 0 ? [tag.path, shape(below)] : tag.path));

test("each tag stands below the one whose path it begins with", () => {
  const paths = ["a", "a/B", "A/b/c", "a/x", "a!", "ab", "b", "b/a"];
  expect(shape(treeOf(paths.map((path) => aTag({ id: path, path }))))).toEqual([
    ["a", [["a/B", ["A/b/c"]], "a/x"]],
    "a!",
    "ab",
    ["b", ["b/a"]],
  ]);
});
