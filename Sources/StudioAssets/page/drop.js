// What is dropped on the page: recipes anywhere; pictures are the canvas's, wherever they fall.

import { $, toast } from "./dom.js";
import { read } from "./recipe.js";

export function takeDrops(work) {
  $("open-recipe").onclick = () => $("recipe-file").click();
  $("recipe-file").onchange = ({ target }) => {
    if (target.files[0]) openRecipe(work, target.files[0]);
    target.value = "";
  };
  addEventListener("dragover", (event) => event.preventDefault());
  // Before the canvas sees it.
  addEventListener("drop", (event) => {
    const [file] = event.dataTransfer?.files ?? [];
    if (!file) return;
    const isRecipe = file.type === "application/json" || file.name.endsWith(".json");
    if (!isRecipe && $("canvas").contains(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    if (isRecipe) openRecipe(work, file);
    else if (file.type.startsWith("image/")) work.canvas.loadImage(file).catch((error) => toast(error.message));
    else toast("This file is neither a picture nor a recipe.");
  }, { capture: true });
}

async function openRecipe(work, file) {
  try {
    await work.restore(read(await file.text()));
    toast("The recipe is restored: run it to make the same again.");
  } catch (error) {
    toast(error.message);
  }
}
