// The chat page: citations open the source panel, chips ask, buttons copy. Everything here is a real link or a button
// without it too. Gradio owns what is inside <gradio-app>; this only listens, and asks by way of its question box.

const root = document.documentElement;
const panel = document.getElementById("source");
const scroller = panel.querySelector(".scroll");
const wide = matchMedia("(min-width: 1100px)");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let opener = null; // the citation that the panel was opened from
let begun = false; // Gradio is there
let expecting = new URLSearchParams(location.search).has("q"); // the address asks something, and no answer has come yet
let turns = 0; // messages that have been scrolled to

const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
const box = () => document.querySelector("#question textarea");
const questions = () => [...document.querySelectorAll("#transcript .user-row .message-content")].map((each) => each.textContent);

// Asking

function ask(question) {
  const textarea = box();
  if (!textarea) return false;
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(textarea, question);
  textarea.dispatchEvent(new Event("input", { bubbles: true }));
  setTimeout(() => document.querySelector("#question button")?.click(), 30);
  return true;
}

function startAnew() {
  const button = document.querySelector("#clear");
  if (!button) return false;
  button.click();
  expecting = false;
  closeSource();
  history.replaceState(null, "", "/");
  scrollTo({ top: 0 });
  box()?.focus();
  return true;
}

// The source panel

async function openSource(link, { remember = true } = {}) {
  mark(link);
  const address = new URL(link.href);
  setUpPanel(link, address);
  if (remember) history[history.state?.source ? "replaceState" : "pushState"]({ source: link.href }, "");
  reveal();
  scroller.setAttribute("aria-busy", "true");
  try {
    await fill(address);
  } catch {
    scroller.replaceChildren(Object.assign(document.createElement("p"), { className: "notice", textContent: "This article can’t be loaded right now. Try again, or open it as a page." }));
  }
  scroller.setAttribute("aria-busy", "false");
}

function mark(link) {
  opener?.classList.remove("open");
  opener = link;
  link.classList.add("open");
}

const family = (link) => {
  const links = [...(link.closest(".answer")?.querySelectorAll(".said .cite, .near .place") ?? [link])];
  return links.filter((each, at) => links.findIndex((other) => other.href === each.href) === at);
};

function setUpPanel(link, address) {
  const links = family(link);
  const at = links.findIndex((each) => each.href === link.href);
  const name = link.classList.contains("cite") ? `Source ${link.lastChild.textContent}` : "Near miss";
  panel.querySelector("#source-title").textContent = links.length > 1 ? `${name} of ${links.length}` : name;
  panel.querySelector(".of").textContent = link.title || link.textContent;
  panel.querySelector(".open-page").href = address.href;
  for (const [button, to] of [[panel.querySelector(".back"), at - 1], [panel.querySelector(".on"), at + 1]]) {
    button.hidden = links.length < 2;
    button.disabled = !links[to];
    button.onclick = () => openSource(links[to]);
  }
}

function reveal() {
  document.body.classList.add("has-source");
  if (!panel.open) wide.matches ? panel.show() : panel.showModal();
  panel.querySelector("#source-title").focus({ preventScroll: true });
}

async function fill(address) {
  const response = await fetch(address.pathname.replace("/article/", "/fragment/") + address.search);
  if (!response.ok) throw new Error(response.status);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  scroller.replaceChildren(...page.body.childNodes);
  const cited = scroller.querySelector("#cited");
  scroller.scrollTop = 0;
  const above = cited ? cited.getBoundingClientRect().top - scroller.getBoundingClientRect().top : 0;
  if (above > scroller.clientHeight * 0.55) scroller.scrollTop = above - scroller.clientHeight * 0.3;
}

function closeSource() {
  if (history.state?.source) history.back();
  else hide();
}

function hide() {
  if (!panel.open) return;
  panel.close();
  document.body.classList.remove("has-source");
  opener?.classList.remove("open");
  if (opener?.isConnected) opener.focus({ preventScroll: true });
  opener = null;
}

addEventListener("popstate", ({ state }) => {
  const link = state?.source && [...document.querySelectorAll("a.cite, a.place")].find((each) => each.href === state.source);
  if (link) openSource(link, { remember: false });
  else hide();
});
panel.addEventListener("cancel", (event) => { event.preventDefault(); closeSource(); });
panel.addEventListener("click", (event) => { if (event.target === panel) closeSource(); }); // the backdrop
panel.querySelector(".close").addEventListener("click", closeSource);
wide.addEventListener("change", () => { if (panel.open) { panel.close(); reveal(); } });
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.open && wide.matches) closeSource();
});

// Copying

async function copy(text, button) {
  const label = (button.dataset.label ??= button.textContent);
  button.textContent = (await put(text)) ? "Copied" : "Copying isn’t allowed here";
  setTimeout(() => { button.textContent = label; }, 1600);
}

async function put(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = Object.assign(document.createElement("textarea"), { value: text });
    (panel.open ? panel : document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

function withSources(button) {
  const answer = button.closest(".answer");
  const lines = [...answer.querySelectorAll(".sources li")].flatMap((row) => {
    const where = [...row.querySelectorAll(".title, .where")].map((each) => each.textContent).join(" › ");
    return [...row.querySelectorAll(".cite")].map((link) => `[${link.lastChild.textContent}] ${where}: ${link.href}`);
  });
  return `${button.value}\n\nSources\n${lines.join("\n")}\n`;
}

// One listener for all that can be clicked

document.addEventListener("click", (event) => {
  const at = (selector) => event.target.closest?.(selector);
  let hit;
  if ((hit = at("button.copy"))) copy(withSources(hit), hit);
  else if ((hit = at("#source .copy-link"))) copy(opener.href, hit);
  else if (!plain(event)) return;
  else if ((hit = at("a.cite, a.place"))) { event.preventDefault(); openSource(hit); }
  else if ((hit = at("a.permalink"))) { event.preventDefault(); copy(hit.href, hit); }
  else if ((hit = at("a.chip"))) { if (ask(new URL(hit.href).searchParams.get("q"))) event.preventDefault(); }
  else if ((hit = at("#new-chat, a.brand"))) { if (startAnew()) event.preventDefault(); }
  else if ((hit = at("a.skip"))) { event.preventDefault(); box()?.focus(); }
  else if ((hit = at(".masthead a, .welcome a"))) keepConversation();
});

// Back from another page finds the conversation again: its questions, in the address, are asked anew.
function keepConversation() {
  const asked = questions();
  if (asked.length) history.replaceState(null, "", `/?${new URLSearchParams(asked.map((each) => ["q", each]))}`);
}

// What Gradio draws, as it draws it

function settle() {
  if (!begun && box() && document.querySelector("#address")) begin();
  const rows = document.querySelectorAll("#transcript .message-row");
  const asked = document.querySelectorAll("#transcript .user-row");
  if (rows.length) expecting = false;
  document.body.classList.toggle("chatting", rows.length > 0 || expecting);
  for (const each of document.querySelectorAll("#transcript [data-testid][aria-label*=\"'s message\"]")) each.removeAttribute("aria-label"); // would read out markup
  name(document.querySelector("#transcript [role=log]"), "Conversation");
  name(box(), "Your question");
  if (rows.length > turns) asked[asked.length - 1].scrollIntoView({ block: "start", behavior: calm.matches ? "auto" : "smooth" });
  turns = rows.length;
}

// Gradio is there: what the page's own address asks is asked.
function begin() {
  begun = true;
  followTheme();
  if (expecting) document.querySelector("#address").click();
}

function name(element, label) {
  if (element && element.getAttribute("aria-label") !== label) element.setAttribute("aria-label", label);
}

function followTheme() {
  if (begun) root.dataset.theme = document.body.classList.contains("dark") ? "dark" : "light";
}

if (expecting) document.body.classList.add("chatting");
new MutationObserver(settle).observe(document.querySelector("gradio-app"), { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label"] });
new MutationObserver(followTheme).observe(document.body, { attributes: true, attributeFilter: ["class"] });
if (history.state?.source) history.replaceState(null, "");
