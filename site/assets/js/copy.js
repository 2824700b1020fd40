// Puts text on the clipboard: a button at each block of code, and the piece's address among its share
// links. Without this file neither button is there. Words come from the page, in its language.
const said = document.createElement("p");
said.className = "unseen";
said.setAttribute("role", "status");

function copies(button, text) {
  const name = button.textContent;
  let waiting;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      return;
    }
    button.textContent = said.textContent = button.dataset.copied;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      button.textContent = name;
      said.textContent = "";
    }, 2000);
  });
}

if (navigator.clipboard) {
  document.body.append(said);
  const { copy, copied } = document.currentScript.dataset;
  for (const block of document.querySelectorAll(".highlight")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = copy;
    button.dataset.copied = copied;
    copies(button, () => block.querySelector("code").textContent);
    block.append(button);
  }
  for (const button of document.querySelectorAll("button[data-copy]")) {
    copies(button, () => button.dataset.copy);
    button.parentElement.hidden = false;
  }
}
