import { expect, it } from "vitest";

import { formatSize } from "@/ui/format";

import { lacksAlt, markdownOf, pointAt, thumbnailOf } from "./media";

const picture = { kind: "image" as const, path: "ab/cat.jpg", alt: "A cat", decorative: false, caption: "", name: "cat.jpg" };

it("shows a picture with its alternative text", () => {
  expect(markdownOf(picture)).toBe("![A cat](/media/ab/cat.jpg)");
});

it("gives the caption as the title, whatever is in it", () => {
  expect(markdownOf({ ...picture, caption: 'Our "best"\ncat' })).toBe('![A cat](/media/ab/cat.jpg "Our \\"best\\" cat")');
});

it("keeps brackets in a text from ending it", () => {
  expect(markdownOf({ ...picture, alt: "a [big] cat" })).toBe("![a \\[big\\] cat](/media/ab/cat.jpg)");
});

it("leaves the text of decoration empty, and does not ask for one", () => {
  const decoration = { ...picture, decorative: true };

  expect(markdownOf(decoration)).toBe("![](/media/ab/cat.jpg)");
  expect(lacksAlt({ ...decoration, alt: "" })).toBe(false);
  expect(lacksAlt({ ...picture, alt: " " })).toBe(true);
});

it("links what is no picture", () => {
  expect(markdownOf({ ...picture, kind: "document", name: "notes.pdf" })).toBe("[notes.pdf](/media/ab/cat.jpg)");
});

it("shows the smallest size, and the whole file until there is one", () => {
  const file = { path: "ab/cat.jpg", version: 3 };

  expect(thumbnailOf({ ...file, thumbnail_url: null })).toBe("/media/ab/cat.jpg?v=3");
  expect(thumbnailOf({ ...file, thumbnail_url: "https://blog.example/media/sizes/ab/cd-480.webp" })).toBe(
    "/media/sizes/ab/cd-480.webp",
  );
});

it("finds the point below the pointer, and none beside the picture", () => {
  const box = { left: 100, top: 50, width: 400, height: 200 };

  expect(pointAt({ x: 200, y: 100 }, box)).toEqual({ x: 0.25, y: 0.25 });
  expect(pointAt({ x: 0, y: 900 }, box)).toEqual({ x: 0, y: 1 });
});

it("writes sizes for people", () => {
  expect(formatSize(512, "en")).toBe("512 byte");
  expect(formatSize(3_400_000, "en")).toBe("3.4 MB");
});
