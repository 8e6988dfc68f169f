// An article's page: the button that copies the address of this place. The page is whole without it.

for (const button of document.querySelectorAll(".copy-link")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Copying isn’t allowed here";
    }
    setTimeout(() => { button.textContent = label; }, 1600);
  });
}
