/** Pictures side by side, and one of them large. */

import { h, icon } from "./dom.js";
import { displayed } from "./text.js";

/** @typedef {import("./types.js").Picture} Picture @typedef {import("./types.js").Context} Context */

export const LETTERS = /** @type {const} */ (["A", "B", "C", "D"]);

/**
 * A row of pictures of equal height: each is as wide as its own proportions ask. A is at the left in every language,
 * because "left" is A in what people say and in the data.
 *
 * @param {Picture[]} images @param {Context} context
 */
export function pictures(images, context) {
  const row = h("div", { class: "pictures", part: "pictures", dir: "ltr", "data-count": images.length });
  row.style.setProperty("--proportions", String(images.reduce((sum, image) => sum + image.width / image.height, 0)));
  images.forEach((image, index) => row.append(picture(image, index, images, context)));
  return row;
}

/** @param {Picture} image @param {number} index @param {Picture[]} images @param {Context} context */
function picture(image, index, images, context) {
  const { words, api } = context;
  const letter = LETTERS[index];
  const shown = h("img", {
    src: api.picture(image.id),
    alt: words.say("image", { letter }),
    width: image.width,
    height: image.height,
    decoding: "async",
    draggable: "false",
  });
  const enlarge = () => lightbox(images, index, context);
  const button = h(
    "button",
    {
      type: "button",
      class: "picture",
      part: "picture",
      "data-letter": letter,
      "aria-label": `${words.say("image", { letter })}: ${words.say("enlarge")}`,
      onclick: enlarge,
    },
    shown,
    h("span", { class: "letter", "aria-hidden": true }, letter),
  );
  button.style.setProperty("--proportion", String(image.width / image.height));
  shown.addEventListener("error", () => {
    shown.replaceWith(h("span", { class: "broken" }, words.say("image_failed")));
  });
  return button;
}

/**
 * All pictures of a showing at the same place and size: the arrow keys flip between them, which shows small differences best.
 *
 * @param {Picture[]} images @param {number} start @param {Context} context
 */
function lightbox(images, start, { words, api, root }) {
  let current = start;
  const stage = h("div", { class: "stage" });
  const title = h("h2", { class: "stage-title", "aria-live": "polite" });
  const shown = images.map((image) =>
    h("img", { src: api.picture(image.id), width: image.width, height: image.height }),
  );
  stage.append(...shown);

  const tabs = images.map((_, index) =>
    h("button", { type: "button", class: "letter-button", onclick: () => turn(index) }, LETTERS[index]),
  );
  const close = h(
    "button",
    { type: "button", class: "round", "aria-label": words.say("close"), onclick: () => dialog.close() },
    icon("close"),
  );
  const dialog = h(
    "dialog",
    { class: "lightbox", "aria-label": words.say("image", { letter: LETTERS[start] }), dir: "ltr" },
    h(
      "div",
      { class: "lightbox-bar" },
      title,
      images.length > 1 && h("div", { class: "letters", role: "group", "aria-label": words.say("about") }, ...tabs),
      close,
    ),
    stage,
  );

  /** @param {number} index */
  function turn(index) {
    current = (index + images.length) % images.length;
    shown.forEach((image, at) => {
      image.hidden = at !== current;
      image.alt = words.say("image", { letter: LETTERS[at] });
    });
    tabs.forEach((tab, at) => tab.setAttribute("aria-pressed", String(at === current)));
    title.textContent = words.say("image", { letter: LETTERS[current] }) + caption(images[current]);
  }

  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") turn(current + 1);
    else if (event.key === "ArrowLeft") turn(current - 1);
  });
  stage.addEventListener("click", () => (images.length > 1 ? turn(current + 1) : dialog.close()));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  turn(start);
  root.append(dialog);
  dialog.showModal();
}

/** @param {Picture} image */
function caption(image) {
  return image.prompt ? ` · ${displayed(image.prompt)}` : "";
}
